// The part of a board's JSON that the preview reads.

export interface Target {
  refId: string;
  expr: string;
  legendFormat?: string;
  instant?: boolean;
  format?: string;
}

export interface Override {
  matcher: { id: string; options: unknown };
  properties: Array<{ id: string; value?: unknown }>;
}

export interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: Target[];
  interval?: string;
  options?: Record<string, any>;
  fieldConfig?: { defaults: Record<string, any>; overrides: Override[] };
  transformations?: Array<{ id: string; options: Record<string, any> }>;
}

export interface Variable {
  name: string;
  label?: string;
  type: string;
  query?: string | { query: string };
  allValue?: string;
  current?: { value?: unknown };
}

export interface Board {
  uid: string;
  title: string;
  description?: string;
  time: { from: string; to: string };
  panels: Panel[];
  templating: { list: Variable[] };
}

/** Return a board of grafana/dashboards by its uid. */
export async function loadBoard(uid: string): Promise<Board> {
  const answer = await fetch(`/boards/${uid}.json`);
  if (!answer.ok || !answer.headers.get('content-type')?.includes('json')) {
    throw new Error(`There is no board ${uid}: the list above has those that there are.`);
  }
  return answer.json();
}
