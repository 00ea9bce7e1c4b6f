// One panel: asks, transforms, draws, and says what is wrong.

import { css } from '@emotion/css';
import { EventBusSrv, FieldType, LoadingState } from '@grafana/data';
import { ErrorBoundary, PanelChrome, PanelContextProvider, useStyles2 } from '@grafana/ui';
import { useCallback } from 'react';

import type { BoardPanel } from './board';
import { type Drawing, prepareDrawing, type View } from './drawing';
import { type Loaded, useLoaded } from './loading';
import { Grid } from './panels/Grid';
import { Lines } from './panels/Lines';
import { Numbers } from './panels/Numbers';
import { States } from './panels/States';
import { stepOf } from './queries';

const LEAST_POINTS = 200;
const CONTEXT = { eventsScope: 'preview', eventBus: new EventBusSrv() };

interface Properties {
  view: View;
  panel: BoardPanel;
  width: number;
  height: number;
}

const rowsOf = (drawing?: Drawing) => drawing?.frames.reduce((sum, frame) => sum + frame.length, 0) ?? 0;

function stateOf({ value, error, loading }: Loaded<Drawing>): 'error' | 'loading' | 'empty' | 'done' {
  if (error) {
    return 'error';
  }
  if (loading) {
    return 'loading';
  }
  return rowsOf(value) === 0 ? 'empty' : 'done';
}

const LOADING_STATES = {
  error: LoadingState.Error,
  loading: LoadingState.Loading,
  empty: LoadingState.Done,
  done: LoadingState.Done,
};

export function PanelCard({ view, panel, width, height }: Properties) {
  const load = useCallback(
    () => prepareDrawing(view, panel, stepOf(view.range, Math.max(width, LEAST_POINTS), panel.interval)),
    [view, panel, width],
  );
  const loaded = useLoaded(load);
  const state = stateOf(loaded);
  return (
    <div data-panel={panel.title} data-type={panel.type} data-state={state} data-rows={rowsOf(loaded.value)}>
      <PanelContextProvider value={CONTEXT}>
        <PanelChrome
          width={width}
          height={height}
          title={panel.title}
          description={panel.description}
          loadingState={LOADING_STATES[state]}
          statusMessage={loaded.error}
        >
          {(innerWidth, innerHeight) => (
            <ErrorBoundary>
              {({ error }) =>
                error ? (
                  <div data-state="error">{String(error)}</div>
                ) : (
                  <Content view={view} panel={panel} drawing={loaded.value} width={innerWidth} height={innerHeight} />
                )
              }
            </ErrorBoundary>
          )}
        </PanelChrome>
      </PanelContextProvider>
    </div>
  );
}

function Content({ view, panel, drawing, width, height }: Properties & { drawing?: Drawing }) {
  const styles = useStyles2(getStyles);
  if (!drawing) {
    return null;
  }
  if (rowsOf(drawing) === 0 && panel.type !== 'stat') {
    return <div className={styles.empty}>No data</div>;
  }
  const { frames, interpolate } = drawing;
  const { range, timeZone } = view;
  switch (panel.type) {
    case 'timeseries': {
      const drawn = frames.filter((frame) => frame.fields.some((field) => field.type === FieldType.number));
      return <Lines panel={panel} frames={drawn} range={range} timeZone={timeZone} width={width} height={height} />;
    }
    case 'stat':
      return (
        <Numbers
          panel={panel}
          frames={frames}
          interpolate={interpolate}
          timeZone={timeZone}
          width={width}
          height={height}
        />
      );
    case 'table':
      return <Grid panel={panel} frames={frames} width={width} height={height} />;
    case 'state-timeline':
      return <States frames={frames} range={range} timeZone={timeZone} height={height} />;
    default:
      throw new Error(`The preview cannot draw a panel of the type ${panel.type}.`);
  }
}

const getStyles = () => ({
  empty: css({ display: 'grid', placeItems: 'center', height: '100%' }),
});
