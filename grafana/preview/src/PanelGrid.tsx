// The rows and panels of a board, where the board places them.

import { css } from '@emotion/css';
import { type GrafanaTheme2, renderMarkdown } from '@grafana/data';
import { PanelChrome, useStyles2 } from '@grafana/ui';
import { useEffect, useState } from 'react';

import { type BoardPanel, isRow, unfold } from './board';
import type { View } from './drawing';
import { PanelCard } from './PanelCard';

type TextOptions = import('@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen').Options;

const COLUMNS = 24;
const CELL = 30;
const GAP = 8;
// The padding of the page on both sides.
const PADDING = 32;
const RESIZED_AFTER = 200;

export function PanelGrid({ view }: { view: View }) {
  const styles = useStyles2(getStyles);
  const column = (useWidth() - (COLUMNS - 1) * GAP) / COLUMNS;
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const fold = (id: number) => {
    setOpen((before) => (before.has(id) ? new Set([...before].filter((one) => one !== id)) : new Set([...before, id])));
  };
  const sizeOf = (cells: number, unit: number) => cells * unit + (cells - 1) * GAP;
  return (
    <div className={styles.grid}>
      {unfold(view.board, open).map((panel) => {
        const { x, y, w, h } = panel.gridPos;
        return (
          <div key={panel.id} style={{ gridColumn: `${x + 1} / span ${w}`, gridRow: `${y + 1} / span ${h}` }}>
            {isRow(panel) ? (
              <button
                className={styles.row}
                data-row={panel.title}
                aria-expanded={open.has(panel.id)}
                onClick={() => {
                  fold(panel.id);
                }}
              >
                {open.has(panel.id) ? '▾' : '▸'} {panel.title}
              </button>
            ) : (
              <Cell view={view} panel={panel} width={sizeOf(w, column)} height={sizeOf(h, CELL)} />
            )}
          </div>
        );
      })}
    </div>
  );
}

function Cell(properties: { view: View; panel: BoardPanel; width: number; height: number }) {
  const { panel, width, height } = properties;
  if (panel.type !== 'text') {
    return <PanelCard {...properties} />;
  }
  const { content = '' } = (panel.options ?? {}) as Partial<TextOptions>;
  return (
    <PanelChrome width={width} height={height} title={panel.title}>
      {() => <div dangerouslySetInnerHTML={{ __html: renderMarkdown(content) }} />}
    </PanelChrome>
  );
}

/** Return the width of the page, which panels want as a number. */
function useWidth(): number {
  const [width, setWidth] = useState(() => document.documentElement.clientWidth - PADDING);
  useEffect(() => {
    let timer: number | undefined;
    const follow = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        setWidth(document.documentElement.clientWidth - PADDING);
      }, RESIZED_AFTER);
    };
    window.addEventListener('resize', follow);
    return () => {
      window.clearTimeout(timer);
      window.removeEventListener('resize', follow);
    };
  }, []);
  return width;
}

const getStyles = (theme: GrafanaTheme2) => ({
  grid: css({
    display: 'grid',
    gridTemplateColumns: `repeat(${COLUMNS}, minmax(0, 1fr))`,
    gridAutoRows: CELL,
    gap: GAP,
  }),
  row: css({
    ...theme.typography.h5,
    width: '100%',
    padding: 0,
    border: 0,
    background: 'none',
    color: theme.colors.text.primary,
    textAlign: 'left',
    cursor: 'pointer',
  }),
});
