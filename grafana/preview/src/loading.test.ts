import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';

import { useLoaded } from './loading';

afterEach(cleanup);

type Load = () => Promise<string>;

function renderLoaded(initial: Load) {
  return renderHook(({ load }: { load: Load }) => useLoaded(load), { initialProps: { load: initial } });
}

test('a value is there once it is loaded', async () => {
  const { result } = renderLoaded(() => Promise.resolve('first'));
  expect(result.current).toEqual({ loading: true });
  await waitFor(() => {
    expect(result.current).toEqual({ value: 'first', loading: false });
  });
});

test('an earlier value stays until the next is there', async () => {
  const { result, rerender } = renderLoaded(() => Promise.resolve('first'));
  await waitFor(() => {
    expect(result.current.value).toBe('first');
  });
  rerender({ load: () => Promise.resolve('second') });
  expect(result.current).toEqual({ value: 'first', loading: true });
  await waitFor(() => {
    expect(result.current).toEqual({ value: 'second', loading: false });
  });
});

test('an error is its sentence, and goes when something else is loaded', async () => {
  const { result, rerender } = renderLoaded(() => Promise.reject(new Error('Prometheus is unreachable.')));
  await waitFor(() => {
    expect(result.current).toEqual({ error: 'Prometheus is unreachable.', loading: false });
  });
  rerender({ load: () => new Promise(() => undefined) });
  expect(result.current).toEqual({ loading: true });
});

test('an answer that comes after its successor is dropped', async () => {
  let answerLate: (value: string) => void = () => undefined;
  const late = new Promise<string>((resolve) => {
    answerLate = resolve;
  });
  const { result, rerender } = renderLoaded(() => late);
  rerender({ load: () => Promise.resolve('second') });
  await waitFor(() => {
    expect(result.current.value).toBe('second');
  });
  await act(async () => {
    answerLate('first');
    await late;
  });
  expect(result.current).toEqual({ value: 'second', loading: false });
});
