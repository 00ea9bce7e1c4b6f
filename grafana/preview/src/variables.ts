// Variables: what the reader chose, and how queries and titles say it.

import type { TimeRange } from '@grafana/data';
import type { VariableModel } from '@grafana/schema';

import type { Board } from './board';
import type { PrometheusClient } from './prometheus';

/** The values that are chosen of each variable; an empty list means all of them. */
export type Choice = Record<string, string[]>;

/** Puts the values of variables into a text. */
export type Interpolate = (text: string) => string;

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

/** Escape a value for a regular expression that stands in a string of PromQL. */
const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\\\$&');

function queryOf({ query = '' }: VariableModel): string {
  const text = typeof query === 'string' ? query : query.query;
  return typeof text === 'string' ? text : '';
}

/** Return whether a reader chooses one value of a variable, which stands in the query as it is. */
export function isSingle(variable: VariableModel): boolean {
  return variable.type === 'query' && !variable.includeAll;
}

function valueOf(variable: VariableModel, chosen: string[]): string {
  if (isSingle(variable)) {
    return (chosen[0] ?? '').replace(/["\\]/g, '\\$&');
  }
  if (variable.type === 'textbox') {
    return chosen[0] ?? [variable.current?.value ?? queryOf(variable)].flat().join();
  }
  if (chosen.length === 0) {
    return variable.allValue ?? '.*';
  }
  const escaped = chosen.map(escape).join('|');
  return chosen.length === 1 ? escaped : `(${escaped})`;
}

const SCRAPE_SECONDS = 30;

/** Return what puts variables and macros into a query; step is in milliseconds. */
export function interpolation(board: Board, choice: Choice, range: TimeRange, step: number): Interpolate {
  const seconds = Math.round((range.to.valueOf() - range.from.valueOf()) / 1000);
  const stepSeconds = Math.round(step / 1000);
  const values = new Map([
    ['__rate_interval', `${Math.max(stepSeconds + SCRAPE_SECONDS, 4 * SCRAPE_SECONDS)}s`],
    ['__interval', `${stepSeconds}s`],
    ['__range_s', String(seconds)],
    ['__range', `${seconds}s`],
  ]);
  for (const variable of board.templating.list) {
    values.set(variable.name, valueOf(variable, choice[variable.name] ?? []));
  }
  return (text) =>
    text.replace(
      /\$\{(\w+)(?::\w+)?\}|\$(\w+)/g,
      (whole, braced: string | undefined, bare: string) => values.get(braced ?? bare) ?? whole,
    );
}

const LABEL_VALUES = /^label_values\((?<selector>.+), *(?<label>\w+)\)$/;

/** What can be chosen of each variable, and what is: of a variable of which one is chosen, the first at least. */
export interface Options {
  options: Record<string, string[]>;
  choice: Choice;
}

/** Return what can be chosen of each variable, each narrowed by those before it. */
export async function optionsOf(
  client: PrometheusClient,
  board: Board,
  chosen: Choice,
  range: TimeRange,
): Promise<Options> {
  const window = { from: range.from.valueOf(), to: range.to.valueOf() };
  const options: Record<string, string[]> = {};
  const choice = { ...chosen };
  for (const variable of board.templating.list.filter(({ type }) => type === 'query')) {
    const interpolate = interpolation(board, choice, range, SCRAPE_SECONDS * 1000);
    const { selector, label } = LABEL_VALUES.exec(interpolate(queryOf(variable)))?.groups ?? {};
    if (!selector || !label) {
      throw new Error(
        `The variable ${variable.name} asks for ${queryOf(variable)}: ` +
          'the preview knows label_values(selector, label) only.',
      );
    }
    const values = await client.labelValues(selector, label, window);
    values.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    options[variable.name] = values;
    const [first] = values;
    const present = choice[variable.name]?.some((value) => values.includes(value));
    if (isSingle(variable) && !present && first !== undefined) {
      choice[variable.name] = [first];
    }
  }
  return { options, choice };
}
