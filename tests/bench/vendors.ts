/** The vendors in a process of their own, so that their processor time is not the product's. */
import { startConnectwiseSandbox } from '../../connectors/connectwise/sandbox.ts';
import { startHuduSandbox } from '../../connectors/hudu/sandbox.ts';
import { startM365Sandbox } from '../../connectors/m365/sandbox.ts';
import { benchWorld, connectwiseConfig, m365Config } from './stage.ts';

const world = benchWorld();
const [connectwise, m365, hudu] = await Promise.all([
  startConnectwiseSandbox(world, connectwiseConfig),
  startM365Sandbox(world, m365Config),
  startHuduSandbox(world, {}),
]);

/** Who has got access gives it back, so that the same person can ask again. */
process.on('message', ({ tenantId, userId }: { tenantId: string; userId: string }) => {
  for (const group of m365.state[tenantId]?.groups ?? [])
    group.members = group.members.filter((id) => id !== userId);
});
process.once('disconnect', () => process.exit(0));
process.stdout.write(
  `vendors ${JSON.stringify({ connectwise: connectwise.url, m365: m365.url, hudu: hudu.url })}\n`,
);
