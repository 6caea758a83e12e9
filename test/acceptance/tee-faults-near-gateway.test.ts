import { describeFaults } from './tee-faults.ts';

describeFaults('near-gateway');
