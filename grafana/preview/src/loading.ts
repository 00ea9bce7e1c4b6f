import { useEffect, useState } from 'react';

interface Outcome<T> {
  load: () => Promise<T>;
  value?: T;
  error?: string;
}

export interface Loaded<T> {
  /** The newest value; an earlier one stays until the next is there. */
  value?: T;
  error?: string;
  loading: boolean;
}

/** Return what load yields, anew whenever load is another function. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [outcome, setOutcome] = useState<Outcome<T>>();
  useEffect(() => {
    let current = true;
    load()
      .then((value) => {
        if (current) {
          setOutcome({ load, value });
        }
      })
      .catch((reason: unknown) => {
        if (current) {
          setOutcome({ load, error: messageOf(reason) });
        }
      });
    return () => {
      current = false;
    };
  }, [load]);
  const loading = outcome?.load !== load;
  return { value: outcome?.value, error: loading ? undefined : outcome.error, loading };
}

export function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
