// A table, drawn by Grafana's own component.

import type { DataFrame } from '@grafana/data';
import { TableNG } from '@grafana/ui/unstable';

export function Grid({ frames: [frame], width, height }: { frames: DataFrame[]; width: number; height: number }) {
  return frame && <TableNG data={frame} width={width} height={height} getActions={() => []} />;
}
