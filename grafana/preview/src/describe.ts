// Without a browser: print as JSON what every panel of the boards would show, after Grafana's own transformations.
// Arguments: the address of Prometheus, then files of boards. FROM and TO are epoch milliseconds in the environment.

import { readFileSync } from 'node:fs';

import { type DataFrame, dateTime, type Field, FieldType, formattedValueToString, getFieldDisplayName } from '@grafana/data';

import type { Board, Panel } from './board';
import { process as draw } from './pipeline';
import { runTargets, stepOf, usePrometheus } from './prometheus';
import { interpolation } from './variables';

// The libraries ask for these where they write numbers and links.
(globalThis as any).navigator ??= { language: 'en-US', languages: ['en-US'] };
(globalThis as any).window ??= { location: { pathname: '/', search: '' } };

const [address, ...files] = process.argv.slice(2);
usePrometheus(address);
const from = dateTime(Number(process.env.FROM));
const to = dateTime(Number(process.env.TO));
const range = { from, to, raw: { from, to } };

function column(field: Field, frame: DataFrame, frames: DataFrame[]) {
  const shown = field.values.map((value: unknown) => {
    const display = field.display?.(value);
    return display ? { text: formattedValueToString(display), color: display.color } : { text: String(value) };
  });
  return { name: getFieldDisplayName(field, frame, frames), type: field.type, shown };
}

async function describe(board: Board, panel: Panel) {
  const step = stepOf(range, 200);
  const put = interpolation(board, {}, range, step);
  try {
    const frames = await draw(panel, await runTargets(panel.targets ?? [], range, step, put), put);
    const fields = frames.flatMap((frame) =>
      frame.fields.filter((field) => panel.type === 'table' || field.type !== FieldType.time).map((field) => column(field, frame, frames))
    );
    return { board: board.uid, title: panel.title, type: panel.type, fields };
  } catch (error) {
    return { board: board.uid, title: panel.title, type: panel.type, error: String(error) };
  }
}

const panels = [];
for (const file of files) {
  const board: Board = JSON.parse(readFileSync(file, 'utf8'));
  for (const panel of board.panels.filter(({ type }) => type !== 'row' && type !== 'text')) {
    panels.push(await describe(board, panel));
  }
}
console.log(JSON.stringify(panels));
