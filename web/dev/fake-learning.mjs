// What the stand-in knows of machine learning: three runs and a model with three versions.
const RUNS = [
  ['c3', 'train_ridge', 'finished', { algorithm: 'ridge', penalty: '10', features: '47', target: 'order_value' }, 0.6121, 489.9, 3],
  ['b2', 'train_linear', 'finished', { algorithm: 'linear', features: '47', target: 'order_value' }, 0.6123, 489.7, 2],
  ['a1', 'train_linear', 'finished', { algorithm: 'linear', features: '47', target: 'order_value' }, 0.6101, 491.2, 1],
  ['00', 'train_ridge', 'failed', { algorithm: 'ridge', penalty: '1', features: '47', target: 'order_value' }, null, null, 0],
];

const run = ([id, name, state, params, r2, rmse, version], i) => ({
  id, name, state, params, version, experiment: 'order_value', model: version ? 'order_value' : '', tags: {}, artifacts: [],
  started: `2026-06-01T00:0${9 - i}:00.000Z`, ended: `2026-06-01T00:0${9 - i}:01.000Z`,
  error: state === 'failed' ? 'gold.order_features has 12 rows; 48 weights need more' : '',
  metrics: r2 === null ? {} : { test_r2: r2, test_ceiling: 0.6142, test_rmse: rmse, test_mae: 391.4, train_r2: 0.615, train_rmse: 488.1, parity: 0 },
  mirror: version === 3 ? 'waiting: http://127.0.0.1:5000 does not answer' : '',
});

const WEIGHTS = [['vip', 903.4], ['after_dark', -4.1], ['holiday', 398.2], ['kraj_jihomoravsky', -12.4], ['age_25_34', 452.9]];
const weight = ([feature, value]) => ({ feature, value, standard_error: 8, low: value - 15.7, high: value + 15.7 });

const version = (number) => {
  const made = RUNS.map(run).find((r) => r.version === number);
  return {
    version: number, run_id: made.id, created: made.started, aliases: number === 2 ? ['champion'] : [], metrics: made.metrics, params: made.params,
    decision: {
      version: number, champion: number - 1, promoted: number < 3,
      reason: number < 3 ? 'test rmse 489.7 beats version 1\'s 491.2 on the same 20113 rows' : 'test rmse 489.9 does not beat version 2\'s 489.7 on the same 20113 rows',
    },
    file: { algorithm: made.params.algorithm, intercept: weight(['intercept', 4001.2]), coefficients: WEIGHTS.map(weight) },
  };
};

/** The answer to a GET of `pathname`, or undefined. `bare`: nothing has been trained. */
export function learned(pathname, bare) {
  if (pathname === '/v1/experiments') return bare ? [] : [{ name: 'order_value', description: '', runs: RUNS.length }];
  if (pathname === '/v1/experiments/order_value/runs') return RUNS.map(run);
  const known = { name: 'order_value', description: 'Value of an order, CZK.', metric: 'rmse', latest: 3, aliases: { champion: 2 } };
  if (pathname === '/v1/models') return bare ? [] : [known];
  if (pathname === '/v1/models/order_value') return { ...known, versions: [3, 2, 1].map(version) };
  return undefined;
}
