import { dateTime } from '@grafana/data';
import { describe, expect, test } from 'vitest';

import { HOUR } from './fixtures';
import { addressOf, moveBack, moveForward, rangeOf, zoneOf, zoomOut } from './timeRange';

const STANDARD = { from: 'now-1h', to: 'now' };
const WINDOW = { from: 10 * HOUR, to: 12 * HOUR };

describe('the arrows of the time picker', () => {
  test('back goes half the length into the past', () => {
    expect(moveBack(WINDOW)).toEqual({ from: 9 * HOUR, to: 11 * HOUR });
  });

  test('forward goes half the length towards now', () => {
    expect(moveForward(WINDOW, 20 * HOUR)).toEqual({ from: 11 * HOUR, to: 13 * HOUR });
  });

  test('forward stops at now and keeps the beginning', () => {
    expect(moveForward(WINDOW, 12.5 * HOUR)).toEqual({ from: 10 * HOUR, to: 12.5 * HOUR });
  });

  test('forward goes on from a window that ends in the future', () => {
    expect(moveForward(WINDOW, 11 * HOUR)).toEqual({ from: 11 * HOUR, to: 13 * HOUR });
  });

  test('forward and back again is the same window', () => {
    expect(moveBack(moveForward(WINDOW, 20 * HOUR))).toEqual(WINDOW);
  });
});

describe('zooming out', () => {
  test('doubles the length around the same middle', () => {
    expect(zoomOut(WINDOW)).toEqual({ from: 9 * HOUR, to: 13 * HOUR });
  });

  test('gives a window without length half a minute', () => {
    expect(zoomOut({ from: HOUR, to: HOUR })).toEqual({ from: HOUR - 15_000, to: HOUR + 15_000 });
  });
});

test.each([
  ['back', moveBack],
  ['forward', (window: typeof WINDOW) => moveForward(window, 20 * HOUR)],
  ['zoom', zoomOut],
])('%s keeps whole milliseconds, which an address holds', (_, change) => {
  const { from, to } = change({ from: HOUR, to: HOUR + 1 });
  expect([from, to].every(Number.isInteger)).toBe(true);
});

describe('the range in an address', () => {
  test('is read as epoch milliseconds', () => {
    const range = rangeOf(new URLSearchParams('from=1000&to=5000'), STANDARD, 'browser');
    expect([range.from.valueOf(), range.to.valueOf()]).toEqual([1000, 5000]);
  });

  test('is the board’s own where the address has none', () => {
    const range = rangeOf(new URLSearchParams(), STANDARD, 'browser');
    expect(range.raw).toEqual(STANDARD);
    expect(range.to.valueOf() - range.from.valueOf()).toBeCloseTo(HOUR, -2);
  });

  test('rounds whole days up at its end, in its zone', () => {
    const range = rangeOf(new URLSearchParams('from=now/d&to=now/d'), STANDARD, 'utc');
    expect(range.from.toISOString()).toMatch(/T00:00:00.000Z$/);
    expect(range.to.toISOString()).toMatch(/T23:59:59.999Z$/);
  });

  test('is written as it was chosen: relative as text, absolute as milliseconds', () => {
    expect(addressOf({ from: 'now-6h', to: 'now' })).toEqual({ from: 'now-6h', to: 'now' });
    expect(addressOf({ from: dateTime(1000), to: dateTime(5000) })).toEqual({ from: '1000', to: '5000' });
  });
});

test.each([
  ['timezone=utc', 'browser', 'utc'],
  ['timezone=', 'utc', 'browser'],
  ['', 'utc', 'utc'],
  ['', undefined, 'browser'],
])('the zone of ?%s over a board in %s is %s', (search, standard, zone) => {
  expect(zoneOf(new URLSearchParams(search), standard)).toBe(zone);
});
