// Grafana's own transformations, run as a panel configures them.

import {
  type DataFrame,
  type DataTransformerInfo,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from '@grafana/data';
import type { DataTransformerConfig } from '@grafana/schema';
import { firstValueFrom } from 'rxjs';

import type { Interpolate } from './variables';

/** Return the frames after the transformations of a panel. */
export async function transform(
  configs: DataTransformerConfig<unknown>[],
  frames: DataFrame[],
  interpolate: Interpolate,
): Promise<DataFrame[]> {
  for (const { id } of configs) {
    if (!standardTransformersRegistry.getIfExists(id)) {
      throw new Error(`The panel uses the transformation ${id}, which the preview does not know.`);
    }
  }
  return firstValueFrom(transformDataFrame(configs, frames, { interpolate }));
}

// An unregistered transformation would be skipped in silence.
standardTransformersRegistry.setInit(() => {
  // Some stand there twice, under an old name and a new one.
  const known = new Map<string, DataTransformerInfo>();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the libraries export no other list of them
  for (const transformer of Object.values(standardTransformers)) {
    known.set(transformer.id, transformer);
  }
  return [...known.values()].map((transformer) => ({
    id: transformer.id,
    name: transformer.name,
    transformation: () => Promise.resolve(transformer),
    editor: () => null,
    imageDark: '',
    imageLight: '',
  }));
});
