/** The arrows of the house: bot -> engine -> connectors/contract. Never up, never sideways. */
const never = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    never(
      'no-circles',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
      'A circle has no bottom.',
    ),
    never(
      'connectors-are-leaves',
      { path: '^connectors/' },
      { path: '^(engine|bot)/' },
      'A vendor knows nothing of us.',
    ),
    never('engine-knows-no-bot', { path: '^engine/' }, { path: '^bot/' }, 'The engine knows no widget.'),
    never(
      'engine-knows-no-vendor',
      { path: '^engine/' },
      { path: '^connectors/', pathNot: '^connectors/(contract|http)\\.ts$' },
      'The engine sees vendors through the contract alone.',
    ),
    never(
      'no-vendor-imports-another',
      { path: '^connectors/([^/]+)/' },
      { path: '^connectors/([^/]+)/', pathNot: '^connectors/$1/' },
      'Leaves do not touch.',
    ),
    never(
      'domain-imports-nothing',
      { path: '^engine/domain\\.ts$' },
      { path: '.' },
      'Everything stands on it.',
    ),
    never(
      'policy-is-pure',
      { path: '^engine/policy\\.ts$' },
      { path: '.', pathNot: '^engine/domain\\.ts$' },
      'The rule that matters most is a function of its input.',
    ),
    never(
      'views-are-pure',
      { path: '^bot/views/' },
      { path: '.', pathNot: '^(bot/views/|bot/card\\.ts$|engine/domain\\.ts$)' },
      'Notice -> Card and nothing else.',
    ),
    never(
      'channels-do-not-touch',
      { path: '^bot/(slack|teams|psa)/' },
      { path: '^bot/(slack|teams|psa|desk|commands|views)/', pathNot: '^bot/$1/' },
      'A channel parses and renders for itself.',
    ),
    never(
      'channels-do-not-decide',
      { path: '^bot/(slack|teams|psa)/' },
      { path: '^engine/', pathNot: '^engine/(domain|errors)\\.ts$' },
      'Channels know the vocabulary, not the rules.',
    ),
    never(
      'nobody-imports-main',
      { path: '.', pathNot: '^(tests/|bot/announce\\.ts$)' },
      { path: '^bot/main\\.ts$' },
      'It is the root.',
    ),
    never(
      'only-main-sees-vendors',
      { path: '^bot/', pathNot: '^bot/(main|cli)\\.ts$' },
      { path: '^connectors/', pathNot: '^connectors/contract\\.ts$' },
      'Vendors are handed over, not reached for.',
    ),
    never(
      'store-keeps-prisma',
      { path: '^(engine|bot|connectors)/', pathNot: '^engine/store/' },
      { path: '@prisma|engine/store/generated' },
      'Prisma stays behind the store.',
    ),
    never(
      'jobs-keep-pg-boss',
      { path: '^(engine|bot|connectors)/', pathNot: '^engine/jobs/queue\\.ts$' },
      { path: 'node_modules/pg-boss' },
      'The queue stays behind one file.',
    ),
    never(
      'teams-keeps-botbuilder',
      { path: '^(engine|bot|connectors)/', pathNot: '^bot/teams/library\\.ts$' },
      { path: 'node_modules/(botbuilder|@microsoft/teams-ai)' },
      'The Bot Framework stays behind one file.',
    ),
    never(
      'slack-keeps-bolt',
      { path: '^(engine|bot|connectors)/', pathNot: '^bot/slack/' },
      { path: 'node_modules/@slack' },
      "Slack's libraries stay in its folder.",
    ),
    never(
      'product-knows-no-tests',
      { path: '^(engine|bot|connectors)/' },
      { path: '^tests/' },
      'Tests look at the product, not the other way.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules|engine/store/generated' },
    exclude: { path: 'bot/desk/page' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
