/** fast-check with one seed for all tests, so that they do the same everywhere; `FAST_CHECK_SEED` sets another. */
import { configureGlobal } from 'fast-check';

configureGlobal({ seed: Number(process.env['FAST_CHECK_SEED'] ?? 20_260_101) });

export * from 'fast-check';
