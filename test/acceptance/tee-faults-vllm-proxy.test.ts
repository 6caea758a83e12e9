import { describeFaults } from './tee-faults.ts';

describeFaults('vllm-proxy');
