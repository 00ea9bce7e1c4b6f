// A client of Prometheus's HTTP API.

export type Labels = Record<string, string>;

/** Seconds and the number as text. */
export type SampleValue = [number, string];

/** Values are absent where the series is a native histogram. */
interface InstantSample {
  metric: Labels;
  value?: SampleValue;
}

interface RangeSamples {
  metric: Labels;
  values?: SampleValue[];
}

export type QueryResult =
  | { resultType: 'vector'; result: InstantSample[] }
  | { resultType: 'matrix'; result: RangeSamples[] }
  | { resultType: 'scalar'; result: SampleValue }
  | { resultType: 'string'; result: SampleValue };

interface SuccessAPIResponse<T> {
  status: 'success';
  data: T;
}

interface ErrorAPIResponse {
  status: 'error';
  errorType: string;
  error: string;
}

type APIResponse<T> = SuccessAPIResponse<T> | ErrorAPIResponse;

/** Milliseconds since the epoch. */
export interface Window {
  from: number;
  to: number;
}

const seconds = (milliseconds: number) => String(milliseconds / 1000);

export class PrometheusClient {
  /** An empty address is that of the page, which passes requests on. */
  constructor(private readonly address = '') {}

  async query(query: string, at: number): Promise<QueryResult> {
    return (await this.get('query', { query, time: seconds(at) })) as QueryResult;
  }

  async queryRange(query: string, { from, to }: Window, step: number): Promise<QueryResult> {
    const parameters = { query, start: seconds(from), end: seconds(to), step: seconds(step) };
    return (await this.get('query_range', parameters)) as QueryResult;
  }

  async labelValues(selector: string, label: string, { from, to }: Window): Promise<string[]> {
    const parameters = { 'match[]': selector, start: seconds(from), end: seconds(to) };
    return (await this.get(`label/${label}/values`, parameters)) as string[];
  }

  private async get(path: string, parameters: Record<string, string>): Promise<unknown> {
    const response = await this.fetch(`${this.address}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    const body = (await response.json().catch(() => undefined)) as APIResponse<unknown> | undefined;
    switch (body?.status) {
      case 'success':
        return body.data;
      case 'error':
        throw new Error(`Prometheus refused the query (${body.errorType}): ${body.error}`);
      default:
        throw new Error(`The answer is not Prometheus's (HTTP ${response.status}): check that it runs.`);
    }
  }

  private async fetch(url: string): Promise<Response> {
    try {
      return await fetch(url);
    } catch {
      throw new Error(
        `Prometheus is unreachable at ${this.address || 'the address of this page'}: check that it runs.`,
      );
    }
  }
}
