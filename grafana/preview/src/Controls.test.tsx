import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Chooser, TimeControls } from './Controls';
import { answerWith, HOUR, makeRange } from './fixtures';

const NOW = 100 * HOUR;
const TIME = { range: makeRange(10 * HOUR, 12 * HOUR), timeZone: 'utc', fiscalYearStartMonth: 0 };

const addressOfPage = () => Object.fromEntries(new URLSearchParams(window.location.search));

beforeEach(() => {
  // The picker asks for its icons.
  answerWith('<svg></svg>');
  vi.setSystemTime(NOW);
  window.history.replaceState(null, '', '/d/spcs-pool?var-pool=WEB');
});

afterEach(() => {
  vi.useRealTimers();
  cleanup();
});

describe('the buttons of the time picker write the range into the address', () => {
  test.each([
    ['Move time range backwards', 9 * HOUR, 11 * HOUR],
    ['Move time range forwards', 11 * HOUR, 13 * HOUR],
    ['Zoom out time range', 9 * HOUR, 13 * HOUR],
  ])('%s', (name, from, to) => {
    render(<TimeControls time={TIME} />);
    fireEvent.click(screen.getByRole('button', { name }));
    expect(addressOfPage()).toEqual({ 'var-pool': 'WEB', from: String(from), to: String(to) });
  });
});

describe('a variable', () => {
  const choose = (value: string) => {
    fireEvent.change(screen.getByLabelText('Pool'), { target: { value } });
  };

  test('is chosen in the address, for the browser’s history and for who listens', () => {
    const heard = vi.fn();
    window.addEventListener('popstate', heard, { once: true });
    const entries = window.history.length;
    render(<Chooser single={false} name="pool" label="Pool" options={['GPU', 'WEB']} chosen={['WEB']} />);
    choose('GPU');
    expect(addressOfPage()).toEqual({ 'var-pool': 'GPU' });
    expect(heard).toHaveBeenCalledOnce();
    expect(window.history.length).toBe(entries + 1);
  });

  test('with several values shows them together', () => {
    render(<Chooser single={false} name="pool" label="Pool" options={['GPU', 'WEB']} chosen={['GPU', 'WEB']} />);
    expect(screen.getByRole('option', { name: 'GPU + WEB', selected: true })).toBeTruthy();
  });
});
