// One panel: asks, transforms, draws, and says what is wrong.

import { type DataFrame, EventBusSrv, FieldType, LoadingState, type TimeRange } from '@grafana/data';
import { ErrorBoundary, PanelChrome, PanelContextProvider } from '@grafana/ui';
import { useEffect, useState } from 'react';

import type { Board, Panel } from './board';
import { Grid } from './panels/Grid';
import { Lines } from './panels/Lines';
import { Numbers } from './panels/Numbers';
import { States } from './panels/States';
import { process } from './pipeline';
import { runTargets, stepOf } from './prometheus';
import { type Choice, interpolation } from './variables';

interface Properties {
  board: Board;
  panel: Panel;
  choice: Choice;
  range: TimeRange;
  width: number;
  height: number;
}

interface Answer {
  frames: DataFrame[];
  put: (text: string) => string;
}

const rowsOf = (frames: DataFrame[]) => frames.reduce((sum, frame) => sum + frame.length, 0);

export function PanelCard({ board, panel, choice, range, width, height }: Properties) {
  const [answer, setAnswer] = useState<Answer>();
  const [error, setError] = useState('');

  useEffect(() => {
    let current = true;
    const step = stepOf(range, Math.max(width, 200), panel.interval);
    const put = interpolation(board, choice, range, step);
    setError('');
    runTargets(panel.targets ?? [], range, step, put)
      .then((frames) => process(panel, frames, put, range))
      .then((frames) => current && setAnswer({ frames, put }))
      .catch((reason) => current && setError(String(reason.message ?? reason)));
    return () => {
      current = false;
    };
  }, [board, panel, choice, range, width]);

  const rows = answer ? rowsOf(answer.frames) : 0;
  const state = error ? 'error' : !answer ? 'loading' : rows === 0 ? 'empty' : 'done';
  return (
    <div data-panel={panel.title} data-type={panel.type} data-state={state} data-rows={rows}>
      <PanelContextProvider value={{ eventsScope: 'preview', eventBus: BUS } as any}>
        <PanelChrome
          width={width}
          height={height}
          title={panel.title}
          description={panel.description}
          loadingState={error ? LoadingState.Error : answer ? LoadingState.Done : LoadingState.Loading}
          statusMessage={error || undefined}
        >
          {(innerWidth, innerHeight) => (
            <ErrorBoundary>
              {({ error: broken }) =>
                broken ? (
                  <div data-state="error">{String(broken)}</div>
                ) : state === 'empty' ? (
                  <div style={{ textAlign: 'center', paddingTop: innerHeight / 3 }}>No data</div>
                ) : answer && rows > 0 ? (
                  <Drawing panel={panel} answer={answer} range={range} width={innerWidth} height={innerHeight} />
                ) : null
              }
            </ErrorBoundary>
          )}
        </PanelChrome>
      </PanelContextProvider>
    </div>
  );
}

const BUS = new EventBusSrv();

function Drawing({ panel, answer, range, width, height }: { panel: Panel; answer: Answer; range: TimeRange; width: number; height: number }) {
  const { frames, put } = answer;
  switch (panel.type) {
    case 'timeseries': {
      const drawn = frames.filter((frame) => frame.fields.some((field) => field.type === FieldType.number));
      return <Lines panel={panel} frames={drawn} range={range} width={width} height={height} />;
    }
    case 'stat':
      return <Numbers panel={panel} frames={frames} put={put} width={width} height={height} />;
    case 'table':
      return <Grid frames={frames} width={width} height={height} />;
    case 'state-timeline':
      return <States frames={frames} range={range} height={height} />;
    default:
      throw new Error(`The preview draws no ${panel.type}.`);
  }
}
