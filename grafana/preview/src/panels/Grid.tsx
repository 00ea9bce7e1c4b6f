// A table, drawn by Grafana's own component.

import type { DataFrame } from '@grafana/data';
import { TableNG } from '@grafana/ui/unstable';

export function Grid({ frames, width, height }: { frames: DataFrame[]; width: number; height: number }) {
  return <TableNG data={frames[0]} width={width} height={height} getActions={() => []} />;
}
