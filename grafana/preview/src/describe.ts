// Without a browser: print as JSON what every panel of the boards would show, after Grafana's own transformations.
// Arguments: the address of Prometheus, then files of boards. FROM and TO are epoch milliseconds in the environment.

import { readFileSync } from 'node:fs';

import { dateTime } from '@grafana/data';

import { panelsOf, parseBoard } from './board';
import { describePanel, type PanelDescription } from './description';
import { PrometheusClient } from './prometheus';
import { optionsOf } from './variables';

// The libraries ask for these where they write numbers and links.
const BROWSER = {
  navigator: { language: 'en-US', languages: ['en-US'] },
  window: { location: { pathname: '/', search: '' } },
};
for (const [name, value] of Object.entries(BROWSER)) {
  if (!(name in globalThis)) {
    Object.defineProperty(globalThis, name, { value });
  }
}

const [address, ...files] = process.argv.slice(2);
const client = new PrometheusClient(address);
const from = dateTime(Number(process.env.FROM));
const to = dateTime(Number(process.env.TO));
const range = { from, to, raw: { from, to } };

const panels: PanelDescription[] = [];
for (const file of files) {
  const board = parseBoard(readFileSync(file, 'utf8'));
  const { choice } = await optionsOf(client, board, {}, range);
  const view = { client, board, choice, range, timeZone: 'browser', fiscalYearStartMonth: 0 };
  for (const panel of panelsOf(board)) {
    if (panel.type !== 'text') {
      panels.push(await describePanel(view, panel));
    }
  }
}
console.log(JSON.stringify(panels));
