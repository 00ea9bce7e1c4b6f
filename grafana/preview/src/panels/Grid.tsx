// A table, drawn by Grafana's own component.

import type { DataFrame } from '@grafana/data';
import type { TableSortByFieldState } from '@grafana/schema';
import { TableNG } from '@grafana/ui/unstable';

import type { BoardPanel } from '../board';

interface Properties {
  panel: BoardPanel;
  frames: DataFrame[];
  width: number;
  height: number;
}

export function Grid({ panel, frames: [frame], width, height }: Properties) {
  const { sortBy } = (panel.options ?? {}) as { sortBy?: TableSortByFieldState[] };
  return frame && <TableNG data={frame} width={width} height={height} sortBy={sortBy} getActions={() => []} />;
}
