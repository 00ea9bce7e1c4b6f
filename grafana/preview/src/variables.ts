// Variables: what the reader chose, and how queries and titles say it. Ours: Grafana's own is part of its server.

import type { TimeRange } from '@grafana/data';

import type { Board, Variable } from './board';
import { labelValues } from './prometheus';

/** The values that are chosen of each variable; an empty list means all of them. */
export type Choice = Record<string, string[]>;

/** Return the choice in an address: var-pool=A&var-pool=B, as Grafana writes it. */
export function choiceOf(search: URLSearchParams): Choice {
  const choice: Choice = {};
  for (const [name, value] of search) {
    if (name.startsWith('var-')) {
      const chosen = (choice[name.slice(4)] ??= []);
      if (value !== '$__all' && value !== 'All' && value !== '') {
        chosen.push(value);
      }
    }
  }
  return choice;
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\\\$&');

function regex(variable: Variable, chosen: string[]): string {
  if (variable.type === 'textbox') {
    return chosen[0] ?? String(variable.current?.value ?? variable.query ?? '');
  }
  if (chosen.length === 0) {
    return variable.allValue ?? '.*';
  }
  return chosen.length === 1 ? escape(chosen[0]) : `(${chosen.map(escape).join('|')})`;
}

/** Return a function that puts variables and macros into a query. step is in milliseconds. */
export function interpolation(board: Board, choice: Choice, range: TimeRange, step: number): (text: string) => string {
  const seconds = Math.round((range.to.valueOf() - range.from.valueOf()) / 1000);
  const scrape = 30;
  const values: Record<string, string> = {
    __rate_interval: `${Math.max(Math.round(step / 1000) + scrape, 4 * scrape)}s`,
    __interval: `${Math.round(step / 1000)}s`,
    __range_s: String(seconds),
    __range: `${seconds}s`,
  };
  for (const variable of board.templating.list) {
    values[variable.name] = regex(variable, choice[variable.name] ?? []);
  }
  return (text) => text.replace(/\$\{(\w+)(?::\w+)?\}|\$(\w+)/g, (whole, braced, bare) => values[braced ?? bare] ?? whole);
}

const LABEL_VALUES = /^label_values\((.+), *(\w+)\)$/;

/** Return what can be chosen of each variable, each narrowed by those before it. */
export async function optionsOf(board: Board, choice: Choice, range: TimeRange): Promise<Record<string, string[]>> {
  const options: Record<string, string[]> = {};
  for (const variable of board.templating.list) {
    if (variable.type !== 'query') {
      continue;
    }
    const query = typeof variable.query === 'string' ? variable.query : (variable.query?.query ?? '');
    const match = LABEL_VALUES.exec(interpolation(board, choice, range, 30_000)(query));
    if (!match) {
      throw new Error(`The preview knows variables of the form label_values(selector, label) only, not ${query}.`);
    }
    options[variable.name] = await labelValues(match[1], match[2], range);
  }
  return options;
}
