import { describeFaults } from './tee-faults.ts';

describeFaults('tinfoil');
