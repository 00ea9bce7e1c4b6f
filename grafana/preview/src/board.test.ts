import { describe, expect, test, vi } from 'vitest';

import { isRow, loadBoard, loadBoardList, panelsOf, parseBoard, unfold } from './board';
import { answerWith, makeBoard, makePanel } from './fixtures';

const JSON_TYPE = { headers: { 'content-type': 'application/json' } };
const HTML_TYPE = { headers: { 'content-type': 'text/html' } };
const ROW = {
  id: 2,
  type: 'row' as const,
  title: 'GPU',
  collapsed: false,
  panels: [],
  gridPos: { x: 0, y: 8, w: 24, h: 1 },
};

test('a board is read with its panels and rows', async () => {
  const board = makeBoard({ panels: [makePanel(), ROW] });
  answerWith(JSON.stringify(board), JSON_TYPE);
  const loaded = await loadBoard('spcs-pool');
  expect(loaded).toEqual(board);
  expect(loaded.panels.map(isRow)).toEqual([false, true]);
});

describe('a folded row', () => {
  const inner = makePanel({ id: 3, title: 'Inner', gridPos: { x: 0, y: 9, w: 24, h: 6 } });
  const next = { ...ROW, id: 4, title: 'Network', gridPos: { ...ROW.gridPos, y: 9 } };
  const board = makeBoard({ panels: [makePanel(), { ...ROW, collapsed: true, panels: [inner] }, next] });
  const places = (open: number[]) => unfold(board, new Set(open)).map(({ title, gridPos }) => [title, gridPos.y]);

  test('hides its panels, which are panels of the board all the same', () => {
    expect(places([])).toEqual([
      ['Nodes', 0],
      ['GPU', 8],
      ['Network', 9],
    ]);
    expect(panelsOf(board).map(({ title }) => title)).toEqual(['Nodes', 'Inner']);
  });

  test('moves down what is below it when it is opened', () => {
    expect(places([2])).toEqual([
      ['Nodes', 0],
      ['GPU', 8],
      ['Inner', 9],
      ['Network', 15],
    ]);
  });
});

test('a board that lacks something is an error that names it', () => {
  const text = JSON.stringify({ ...makeBoard(), time: undefined, panels: [{ ...makePanel(), gridPos: undefined }] });
  expect(() => parseBoard(text)).toThrow('The board spcs-pool lacks time, panels[0].gridPos');
});

test('an unknown board is an error, though the server answers with the page', async () => {
  answerWith('<!DOCTYPE html>', HTML_TYPE);
  await expect(loadBoard('no-such-board')).rejects.toThrow('The board no-such-board does not exist');
});

test('an error of the server is not taken for a board', async () => {
  answerWith('{}', { status: 500, ...JSON_TYPE });
  await expect(loadBoard('spcs-pool')).rejects.toThrow('The board spcs-pool does not exist');
});

test('the list of boards is read, and its absence is an error with the remedy', async () => {
  answerWith('[{"uid": "spcs-home", "title": "SPCS / Home"}]', JSON_TYPE);
  await expect(loadBoardList()).resolves.toEqual([{ uid: 'spcs-home', title: 'SPCS / Home' }]);
  answerWith('not found', { status: 404, ...HTML_TYPE });
  await expect(loadBoardList()).rejects.toThrow('lacks its list of boards (HTTP 404): start it with ./inv preview');
});

test('a server that is unreachable is an error with the remedy', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  await expect(loadBoardList()).rejects.toThrow('The server of this page is unreachable, /boards/index.json');
});
