import { expect, test } from 'vitest';

import { answerWithData, makePanel, makeRange, parametersOf } from './fixtures';
import { PrometheusClient } from './prometheus';
import { runQueries, stepOf } from './queries';

const client = new PrometheusClient();
const range = makeRange();
const VECTOR = { resultType: 'vector', result: [{ metric: { pool: 'WEB' }, value: [10, '1'] }] };
const upper = (text: string) => text.toUpperCase();

test('an instant query asks at the end of the range, with its variables put in', async () => {
  const fetch = answerWithData(VECTOR);
  const panel = makePanel({ targets: [{ refId: 'A', expr: 'up', instant: true, format: 'table' }] });
  const frames = await runQueries(client, panel, range, 60_000, upper);
  expect(Object.fromEntries(parametersOf(fetch))).toEqual({ query: 'UP', time: String(range.to.valueOf() / 1000) });
  expect(frames.map(({ fields }) => fields.map(({ name }) => name))).toEqual([['Time', 'pool', 'Value']]);
});

test('a query over a range begins and ends at whole steps, so that points stay where they are', async () => {
  const fetch = answerWithData({ resultType: 'matrix', result: [] });
  const panel = makePanel({ type: 'timeseries', targets: [{ refId: 'A', expr: 'up' }] });
  await runQueries(client, panel, range, 7_000, upper);
  const parameters = parametersOf(fetch);
  expect(parameters.get('start')).toBe(String(Math.floor(range.from.valueOf() / 7_000) * 7));
  expect(parameters.get('end')).toBe(String(Math.floor(range.to.valueOf() / 7_000) * 7));
  expect(parameters.get('step')).toBe('7');
});

test('the values of several tables are distinguished by their query', async () => {
  answerWithData(VECTOR);
  const targets = ['A', 'B'].map((refId) => ({ refId, expr: 'up', instant: true, format: 'table' }));
  const frames = await runQueries(client, makePanel({ targets }), range, 60_000, upper);
  expect(frames.map(({ fields }) => fields.at(-1)?.name)).toEqual(['Value #A', 'Value #B']);
});

test('a target that is not PromQL is an error with the name of its panel', async () => {
  const panel = makePanel({ title: 'Logs', targets: [{ refId: 'A', query: '{}' }] });
  await expect(runQueries(client, panel, range, 60_000, upper)).rejects.toThrow('A target of the panel Logs lacks');
});

test('a step is never shorter than the interval of the panel', () => {
  expect(stepOf(range, 10_000, '2m')).toBe(120_000);
  expect(stepOf(range, 10_000)).toBe(30_000);
  expect(stepOf(range, 6)).toBe(600_000);
});
