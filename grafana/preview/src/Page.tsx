// The page: variables, time range, rows and panels of one board.

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useCallback, useMemo } from 'react';

import { useSearch } from './address';
import type { Board, BoardSummary } from './board';
import { BoardList } from './BoardList';
import { Chooser, TimeControls } from './Controls';
import type { View } from './drawing';
import { useLoaded } from './loading';
import { PanelGrid } from './PanelGrid';
import type { PrometheusClient } from './prometheus';
import { timeOf } from './timeRange';
import { choiceOf, isSingle, optionsOf } from './variables';

export function Page({ board, boards, client }: { board: Board; boards: BoardSummary[]; client: PrometheusClient }) {
  const styles = useStyles2(getStyles);
  const search = useSearch();
  const asked = useMemo((): View => {
    const address = new URLSearchParams(search);
    return { client, board, choice: choiceOf(address), ...timeOf(address, board) };
  }, [client, board, search]);
  const loadOptions = useCallback(
    async () => ({ asked, ...(await optionsOf(client, board, asked.choice, asked.range)) }),
    [client, board, asked],
  );
  const { value: known, error } = useLoaded(loadOptions);
  const view = useMemo((): View | undefined => known && { ...known.asked, choice: known.choice }, [known]);
  const { options = {}, choice = asked.choice } = known ?? {};

  return (
    <div className={styles.page}>
      <header className={styles.bar}>
        <h1 className={styles.title}>{board.title}</h1>
        <span className={styles.note}>preview: drawn with Grafana&apos;s libraries, not by Grafana</span>
        <BoardList boards={boards} current={board.uid} search={search} />
      </header>
      <section className={styles.bar}>
        {board.templating.list
          .filter(({ type }) => type === 'query')
          .map((variable) => (
            <Chooser
              key={variable.name}
              name={variable.name}
              label={variable.label ?? variable.name}
              single={isSingle(variable)}
              options={options[variable.name] ?? []}
              chosen={choice[variable.name] ?? []}
            />
          ))}
        <TimeControls time={asked} />
      </section>
      {error && <p role="alert">{error}</p>}
      {view && <PanelGrid key={board.uid} view={view} />}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ padding: theme.spacing(2) }),
  bar: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'end',
    gap: theme.spacing(1.5),
    marginBottom: theme.spacing(1.5),
  }),
  title: css({ ...theme.typography.h4, margin: 0 }),
  note: css({ color: theme.colors.text.secondary }),
});
