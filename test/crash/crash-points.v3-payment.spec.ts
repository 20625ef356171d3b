import { crashPointsSuite } from './crash-points.suite.js';
import { FLOWS } from './flows.js';

crashPointsSuite(
  'API v3',
  FLOWS.filter(({ name }) => !/refund|late/.test(name)),
  ({ echo }) => !echo,
);
