// What a panel shows, in words and colours.

import { type DataFrame, type Field, FieldType, formattedValueToString, getFieldDisplayName } from '@grafana/data';

import type { BoardPanel } from './board';
import { prepareDrawing, type View } from './drawing';
import { stepOf } from './queries';

const POINTS = 200;

interface Cell {
  text: string;
  color?: string;
}

interface Column {
  name: string;
  type: FieldType;
  shown: Cell[];
}

interface Place {
  board: string;
  title: string;
  type: string;
}

export type PanelDescription = Place & ({ fields: Column[] } | { error: string });

function describeField(field: Field<unknown>, frame: DataFrame, frames: DataFrame[]): Column {
  const shown = field.values.map((value) => {
    const display = field.display?.(value);
    return display ? { text: formattedValueToString(display), color: display.color } : { text: String(value) };
  });
  return { name: getFieldDisplayName(field, frame, frames), type: field.type, shown };
}

/** Return the columns of a panel, or why they cannot be drawn. */
export async function describePanel(view: View, panel: BoardPanel): Promise<PanelDescription> {
  const place = { board: view.board.uid, title: panel.title, type: panel.type };
  try {
    const { frames } = await prepareDrawing(view, panel, stepOf(view.range, POINTS));
    const fields = frames.flatMap((frame) =>
      frame.fields
        .filter(({ type }) => panel.type === 'table' || type !== FieldType.time)
        .map((field) => describeField(field, frame, frames)),
    );
    return { ...place, fields };
  } catch (error) {
    return { ...place, error: String(error) };
  }
}
