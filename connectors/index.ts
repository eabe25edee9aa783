/** Every connector there is. A new one is one folder and one line here. */
import { connectwise } from './connectwise/index.ts';
import type { Connector } from './contract.ts';
import { hudu } from './hudu/index.ts';
import { m365 } from './m365/index.ts';

export const connectors: Connector[] = [connectwise, m365, hudu];
