/**
 * Import direction (ARCHITECTURE.md): a folder may import itself and the folders of earlier layers, never a
 * later one. The list below is the only place that says so; adding a folder under src/ without a layer fails.
 */
const LAYERS = [
  ['common', 'config', 'database'],
  ['jobs', 'ledger', 'wxpay', 'wechat'],
  ['buyer', 'operator'],
  ['order'],
  ['payment'],
  ['refund'],
  ['shipping'],
  ['notify', 'reconcile'],
  ['fulfilment'],
  ['operations', 'staff'],
  ['doctor'],
];

const folders = (layers) => layers.flat().join('|');

const directionRules = LAYERS.map((layer, depth) => ({
  name: `layer-${layer.join('-')}`,
  comment: 'Imports point from the webhook and the staff pages down to the tables, never back (DESIGN §1).',
  severity: 'error',
  from: { path: `^src/(${folders([layer])})/` },
  to: { path: '^src/', pathNot: `^src/(${folders(LAYERS.slice(0, depth + 1))})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...directionRules,
    {
      name: 'unknown-folder',
      comment: 'Every folder of src/ has a layer.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${folders(LAYERS)})/` },
      to: {},
    },
    {
      name: 'wxpay-knows-no-database',
      comment:
        'The door to WeChat Pay knows neither orders nor tables (DESIGN §1); what it needs of them comes through a port.',
      severity: 'error',
      from: { path: '^src/wxpay/' },
      to: { path: '^(src/database/|src/wechat/|node_modules/(typeorm|pg)/)' },
    },
    {
      name: 'simulator-is-independent',
      comment:
        'One mistake must not cancel another: the simulator shares no line with the backend (CONTRACT §4).',
      severity: 'error',
      from: { path: '^simulator/' },
      to: { path: '^(src|migrations|test)/' },
    },
    {
      name: 'miniprogram-stands-alone',
      comment: 'It runs on phones: nothing of the backend, and no package.',
      severity: 'error',
      from: { path: '^miniprogram/' },
      to: { pathNot: '^miniprogram/' },
    },
    {
      name: 'backend-is-production-only',
      comment: 'src/ and migrations/ run without development dependencies.',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'backend-imports-backend',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(simulator|scripts|bench|test|migrations|miniprogram)/' },
    },
    {
      name: 'console-speaks-http-only',
      comment: 'The console knows the backend by its OpenAPI document alone.',
      severity: 'error',
      from: { path: '^console/' },
      to: { path: '^(src|migrations|simulator|scripts|bench|test|miniprogram)/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    exclude: { path: '(^dist|^coverage|\\.demo)' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
