// The address of the page holds what the reader chose, so that it can be shared.

import { useSyncExternalStore } from 'react';

function subscribe(follow: () => void): () => void {
  window.addEventListener('popstate', follow);
  return () => {
    window.removeEventListener('popstate', follow);
  };
}

/** Return the query of the address, which begins with a question mark or is empty. */
export function useSearch(): string {
  return useSyncExternalStore(subscribe, () => window.location.search);
}

/** Change the query of the address as a new entry of the browser's history. */
export function changeSearch(change: (search: URLSearchParams) => void): void {
  const search = new URLSearchParams(window.location.search);
  change(search);
  window.history.pushState(null, '', `${window.location.pathname}?${search.toString()}`);
  window.dispatchEvent(new PopStateEvent('popstate'));
}
