import type { VariableModel } from '@grafana/schema';
import { describe, expect, test } from 'vitest';

import { answerWithData, makeBoard, makeRange, parametersOf } from './fixtures';
import { PrometheusClient } from './prometheus';
import { type Choice, choiceOf, interpolation, optionsOf } from './variables';

const POOL: VariableModel = {
  name: 'pool',
  type: 'query',
  query: 'label_values(node_cpu_capacity, pool)',
  includeAll: true,
};
const NODE: VariableModel = {
  name: 'node',
  type: 'query',
  query: { query: 'label_values(up{pool=~"$pool"}, node)' },
  includeAll: true,
};
const ONE_POOL = { ...POOL, includeAll: false };
const PRICE: VariableModel = { name: 'price', type: 'textbox', query: '0.11' };
const range = makeRange();

const boardOf = (...list: VariableModel[]) => makeBoard({ templating: { list } });
const put = (text: string, choice: Choice = {}, step = 60_000) =>
  interpolation(boardOf(POOL, NODE, PRICE), choice, range, step)(text);

test('an address holds the choice; all of them is an empty list', () => {
  const search = new URLSearchParams('from=now-1h&var-pool=A&var-pool=B&var-node=$__all&var-empty=');
  expect(choiceOf(search)).toEqual({ pool: ['A', 'B'], node: [], empty: [] });
});

describe('in a query', () => {
  test.each<[string, Choice, string]>([
    ['a variable without a choice matches everything', {}, 'up{pool=~".*"}'],
    ['one chosen value stands alone', { pool: ['WEB'] }, 'up{pool=~"WEB"}'],
    ['several chosen values are alternatives', { pool: ['WEB', 'GPU'] }, 'up{pool=~"(WEB|GPU)"}'],
    ['a chosen value matches itself only', { pool: ['A.B'] }, String.raw`up{pool=~"A\\.B"}`],
  ])('%s', (_, choice, query) => {
    expect(put('up{pool=~"$pool"}', choice)).toBe(query);
    expect(put('up{pool=~"${pool}"}', choice)).toBe(query);
    expect(put('up{pool=~"${pool:regex}"}', choice)).toBe(query);
  });

  test('a board can say what all of them is', () => {
    const board = boardOf({ ...POOL, allValue: '.+' });
    expect(interpolation(board, {}, range, 60_000)('$pool')).toBe('.+');
  });

  test('the value of a variable of which one is chosen stands as it is, with quotes escaped', () => {
    const only = (pool: string) =>
      interpolation(boardOf(ONE_POOL), { pool: [pool] }, range, 60_000)('up{pool="$pool"}');
    expect(only('A.B')).toBe('up{pool="A.B"}');
    expect(only('A"B')).toBe(String.raw`up{pool="A\"B"}`);
  });

  test('a text is what was written, else what the board has', () => {
    expect(put('$price')).toBe('0.11');
    expect(put('$price', { price: ['2.5'] })).toBe('2.5');
    const board = boardOf({ ...PRICE, current: { text: '0.2', value: '0.2' } });
    expect(interpolation(board, {}, range, 60_000)('$price')).toBe('0.2');
  });

  test('an unknown name stays as it is', () => {
    expect(put('$unknown ${__data.fields.Pool}')).toBe('$unknown ${__data.fields.Pool}');
  });

  test('macros are the step, the range, and a rate over four scrapes at least', () => {
    expect(put('$__interval $__range $__range_s')).toBe('60s 3600s 3600');
    expect(put('$__rate_interval', {}, 30_000)).toBe('120s');
    expect(put('$__rate_interval', {}, 300_000)).toBe('330s');
  });
});

describe('what can be chosen', () => {
  const client = new PrometheusClient();

  test('is sorted by number, and narrowed by the other variables', async () => {
    const fetch = answerWithData(['node-10', 'node-9']);
    await expect(optionsOf(client, boardOf(POOL, NODE, PRICE), { pool: ['WEB'] }, range)).resolves.toEqual({
      options: { pool: ['node-9', 'node-10'], node: ['node-9', 'node-10'] },
      choice: { pool: ['WEB'] },
    });
    expect(parametersOf(fetch, 0).get('match[]')).toBe('node_cpu_capacity');
    expect(parametersOf(fetch, 1).get('match[]')).toBe('up{pool=~"WEB"}');
  });

  test('is the first where one must be chosen and none that is there is, and narrows those after it', async () => {
    const choices: Choice[] = [{}, { pool: [] }, { pool: ['GONE'] }];
    for (const choice of choices) {
      const fetch = answerWithData(['B', 'A']);
      const known = await optionsOf(client, boardOf(ONE_POOL, NODE), choice, range);
      expect(known.choice).toEqual({ pool: ['A'] });
      expect(parametersOf(fetch, 1).get('match[]')).toBe('up{pool=~"A"}');
    }
  });

  test('stays what is chosen where that is there', async () => {
    answerWithData(['B', 'A']);
    const known = await optionsOf(client, boardOf(ONE_POOL), { pool: ['B'] }, range);
    expect(known.choice).toEqual({ pool: ['B'] });
  });

  test('cannot be found by a query of another form', async () => {
    const board = boardOf({ ...POOL, query: 'query_result(up)' });
    await expect(optionsOf(client, board, {}, range)).rejects.toThrow('The variable pool asks for query_result(up)');
  });
});
