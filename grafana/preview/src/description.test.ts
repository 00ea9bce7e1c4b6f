import { expect, test } from 'vitest';

import { describePanel } from './description';
import { answerWith, answerWithData, makeBoard, makePanel, makeRange } from './fixtures';
import { PrometheusClient } from './prometheus';

const view = {
  client: new PrometheusClient(),
  board: makeBoard(),
  choice: {},
  range: makeRange(),
  timeZone: 'utc',
  fiscalYearStartMonth: 0,
};
const SERIES = { metric: { pool: 'WEB' }, values: [[1_700_000_100, '0.5']] };

test('a panel is described by its columns, with units and colours but without the time axis', async () => {
  answerWithData({ resultType: 'matrix', result: [SERIES] });
  const panel = makePanel({
    type: 'timeseries',
    title: 'CPU used',
    targets: [{ refId: 'A', expr: 'cpu', legendFormat: '{{pool}}' }],
    fieldConfig: { defaults: { unit: 'percentunit' }, overrides: [] },
  });
  await expect(describePanel(view, panel)).resolves.toMatchObject({
    board: 'spcs-pool',
    title: 'CPU used',
    type: 'timeseries',
    fields: [{ name: 'WEB', type: 'number', shown: [{ text: '50%' }] }],
  });
});

test('a table is described with its time', async () => {
  answerWithData({ resultType: 'vector', result: [{ metric: { pool: 'WEB' }, value: [0, '1'] }] });
  const panel = makePanel({ targets: [{ refId: 'A', expr: 'up', instant: true, format: 'table' }] });
  const { fields } = (await describePanel(view, panel)) as { fields: { name: string }[] };
  expect(fields.map(({ name }) => name)).toEqual(['Time', 'pool', 'Value']);
});

test('a panel that cannot be drawn is described by its error', async () => {
  answerWith(JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'no' }), { status: 400 });
  const panel = makePanel({ targets: [{ refId: 'A', expr: ')' }] });
  await expect(describePanel(view, panel)).resolves.toEqual({
    board: 'spcs-pool',
    title: 'Nodes',
    type: 'table',
    error: 'Error: Prometheus refused the query (bad_data): no',
  });
});
