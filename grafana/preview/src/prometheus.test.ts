import { expect, test, vi } from 'vitest';

import { answerWith, answerWithData, parametersOf } from './fixtures';
import { PrometheusClient } from './prometheus';

const client = new PrometheusClient('http://store:9090');
const WINDOW = { from: 60_000, to: 90_500 };

test('a query returns the data of the answer and asks at a time in seconds', async () => {
  const fetch = answerWithData({ resultType: 'vector', result: [] });
  await expect(client.query('up', 90_500)).resolves.toEqual({ resultType: 'vector', result: [] });
  expect(fetch.mock.calls[0]?.[0]).toMatch('http://store:9090/api/v1/query?');
  expect(Object.fromEntries(parametersOf(fetch))).toEqual({ query: 'up', time: '90.5' });
});

test('a query over a range names its window and step in seconds', async () => {
  const fetch = answerWithData({ resultType: 'matrix', result: [] });
  await client.queryRange('up{a="b"}', WINDOW, 15_000);
  expect(Object.fromEntries(parametersOf(fetch))).toEqual({ query: 'up{a="b"}', start: '60', end: '90.5', step: '15' });
});

test('values of a label are asked for a selector and a window', async () => {
  const fetch = answerWithData(['A', 'B']);
  await expect(client.labelValues('up{pool=~".*"}', 'pool', WINDOW)).resolves.toEqual(['A', 'B']);
  expect(fetch.mock.calls[0]?.[0]).toMatch('/api/v1/label/pool/values?');
  expect(parametersOf(fetch).get('match[]')).toBe('up{pool=~".*"}');
});

test('a refused query is an error with the kind and the words of Prometheus', async () => {
  answerWith(JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error: unexpected )' }), {
    status: 400,
  });
  await expect(client.query('up)', 0)).rejects.toThrow(
    'Prometheus refused the query (bad_data): parse error: unexpected )',
  );
});

test.each([
  ['text', 'Bad Gateway', 502],
  ['JSON of another program', '{"message": "hello"}', 200],
  ['JSON that holds nothing', 'null', 200],
])('%s instead of an answer is an error with the HTTP status', async (_, body, status) => {
  answerWith(body, { status });
  await expect(client.query('up', 0)).rejects.toThrow(`The answer is not Prometheus's (HTTP ${status})`);
});

test('a store that is unreachable is an error with its address', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
  await expect(client.query('up', 0)).rejects.toThrow('Prometheus is unreachable at http://store:9090');
  await expect(new PrometheusClient().query('up', 0)).rejects.toThrow('unreachable at the address of this page');
});
