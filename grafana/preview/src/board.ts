// Boards of grafana/dashboards, in Grafana's own types.

import type { FieldConfigSource } from '@grafana/data';
import type { Dashboard, DataTransformerConfig, Panel, RowPanel, VariableModel } from '@grafana/schema';

type Placed = Required<Pick<Panel, 'id' | 'title' | 'gridPos'>>;

/** A panel that draws data or text, with its configuration in the types of the code that applies it. */
export interface BoardPanel extends Omit<Panel, 'fieldConfig' | 'transformations' | keyof Placed>, Placed {
  fieldConfig?: FieldConfigSource<Record<string, unknown>>;
  transformations?: DataTransformerConfig<unknown>[];
}

/** A row, and the panels that it holds while it is folded. */
export interface BoardRow extends Omit<RowPanel, 'panels' | keyof Placed>, Placed {
  panels: BoardPanel[];
}

export interface Board extends Omit<Dashboard, 'panels'> {
  uid: string;
  title: string;
  time: { from: string; to: string };
  panels: (BoardPanel | BoardRow)[];
  templating: { list: VariableModel[] };
}

export interface BoardSummary {
  uid: string;
  title: string;
}

const NEEDED = ['uid', 'title', 'time', 'panels', 'templating'] satisfies (keyof Board)[];
const NEEDED_OF_PANEL = ['id', 'title', 'type', 'gridPos'] satisfies (keyof BoardPanel)[];

export function isRow(panel: Board['panels'][number]): panel is BoardRow {
  return panel.type === 'row';
}

/** Return the panels of a board, also those of folded rows, without the rows themselves. */
export function panelsOf(board: Board): BoardPanel[] {
  return board.panels.flatMap((panel) => (isRow(panel) ? panel.panels : [panel]));
}

/** Return a board's rows and panels where they stand while the rows with these ids are open. */
export function unfold(board: Board, open: ReadonlySet<number>): Board['panels'] {
  const shown: Board['panels'] = [];
  let moved = 0;
  for (const panel of board.panels) {
    shown.push(movedDown(panel, moved));
    if (isRow(panel) && open.has(panel.id)) {
      shown.push(...panel.panels.map((inner) => movedDown(inner, moved)));
      const ends = panel.panels.map(({ gridPos: { y, h } }) => y + h);
      moved += Math.max(...ends) - panel.gridPos.y - 1;
    }
  }
  return shown;
}

function movedDown<P extends Placed>(panel: P, cells: number): P {
  return { ...panel, gridPos: { ...panel.gridPos, y: panel.gridPos.y + cells } };
}

/** Return the board in a file's JSON. Throws when it lacks what the page needs of each board. */
export function parseBoard(text: string): Board {
  const board = JSON.parse(text) as Partial<Board>;
  const lacking = [
    ...missing(board, NEEDED),
    ...(board.panels ?? []).flatMap((panel, i) => missing(panel, NEEDED_OF_PANEL).map((key) => `panels[${i}].${key}`)),
  ];
  if (lacking.length > 0) {
    throw new Error(`The board ${board.uid ?? 'in this file'} lacks ${lacking.join(', ')}: render the boards again.`);
  }
  return board as Board;
}

function missing(value: object, keys: string[]): string[] {
  return keys.filter((key) => !(key in value));
}

/** Return a board by its uid. */
export async function loadBoard(uid: string): Promise<Board> {
  const answer = await get(`/boards/${uid}.json`);
  if (!isJson(answer)) {
    throw new Error(`The board ${uid} does not exist: choose one from the list.`);
  }
  return parseBoard(await answer.text());
}

/** Return the boards that the page can show. */
export async function loadBoardList(): Promise<BoardSummary[]> {
  const answer = await get('/boards/index.json');
  if (!isJson(answer)) {
    throw new Error(`The page lacks its list of boards (HTTP ${answer.status}): start it with ./inv preview.`);
  }
  return (await answer.json()) as BoardSummary[];
}

async function get(path: string): Promise<Response> {
  try {
    return await fetch(path);
  } catch {
    throw new Error(`The server of this page is unreachable, ${path} cannot be read: start it with ./inv preview.`);
  }
}

/** The server answers an unknown path with the page itself, so the status alone does not show that a file exists. */
function isJson(answer: Response): boolean {
  return answer.ok && (answer.headers.get('content-type')?.includes('json') ?? false);
}
