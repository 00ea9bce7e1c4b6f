import { createDataFrame, getFieldDisplayName } from '@grafana/data';
import { expect, test } from 'vitest';

import { transform } from './transformations';

const frame = (refId: string, name: string, values: number[]) =>
  createDataFrame({
    refId,
    fields: [
      { name: 'pool', values: ['WEB', 'GPU'] },
      { name, values },
    ],
  });
const same = (text: string) => text;

test('without transformations the frames stay as they are', async () => {
  const frames = [frame('A', 'Value #A', [1, 2])];
  await expect(transform([], frames, same)).resolves.toEqual(frames);
});

test('merge and organize make one table with the names and the order of the board', async () => {
  const frames = [frame('A', 'Value #A', [1, 2]), frame('B', 'Value #B', [3, 4])];
  const configs = [
    { id: 'merge', options: {} },
    {
      id: 'organize',
      options: {
        indexByName: { pool: 2, 'Value #A': 1, 'Value #B': 0 },
        renameByName: { pool: 'Pool', 'Value #A': 'Nodes', 'Value #B': 'Pending' },
      },
    },
  ];
  const [table] = await transform(configs, frames, same);
  expect(table?.fields.map((field) => [getFieldDisplayName(field), field.values])).toEqual([
    ['Pending', [3, 4]],
    ['Nodes', [1, 2]],
    ['Pool', ['WEB', 'GPU']],
  ]);
});

test('an unknown transformation is an error, not skipped', async () => {
  await expect(transform([{ id: 'magic', options: {} }], [], same)).rejects.toThrow('the transformation magic');
});
