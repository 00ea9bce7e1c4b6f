// From frames to what is drawn: Grafana's own transformations, overrides, units, colours.

import {
  applyFieldOverrides,
  booleanOverrideProcessor,
  cacheFieldDisplayNames,
  createTheme,
  type DataFrame,
  dataLinksOverrideProcessor,
  FieldConfigOptionsRegistry,
  FieldType,
  getFieldDisplayName,
  identityOverrideProcessor,
  numberOverrideProcessor,
  type ScopedVars,
  standardTransformers,
  standardTransformersRegistry,
  stringOverrideProcessor,
  thresholdsOverrideProcessor,
  type TimeRange,
  transformDataFrame,
  valueMappingsOverrideProcessor,
} from '@grafana/data';
import { firstValueFrom } from 'rxjs';

import type { Panel } from './board';

export const theme = createTheme({ colors: { mode: 'dark' } });
export const TIME_ZONE = 'browser';

const STANDARD: Record<string, any> = {
  unit: stringOverrideProcessor,
  displayName: stringOverrideProcessor,
  noValue: stringOverrideProcessor,
  decimals: numberOverrideProcessor,
  min: numberOverrideProcessor,
  max: numberOverrideProcessor,
  color: identityOverrideProcessor,
  links: dataLinksOverrideProcessor,
  mappings: valueMappingsOverrideProcessor,
  thresholds: thresholdsOverrideProcessor,
  filterable: booleanOverrideProcessor,
};

let ready = false;

/** Register Grafana's transformations; without this none would run, and nothing would say so. */
function prepare(): void {
  if (ready) {
    return;
  }
  ready = true;
  const known = new Map(Object.values(standardTransformers).map((transformer: any) => [transformer.id, transformer]));
  standardTransformersRegistry.setInit(() =>
    [...known.values()].map((transformer: any) => ({
      id: transformer.id,
      name: transformer.name,
      transformation: () => Promise.resolve(transformer),
      editor: () => null,
      imageDark: '',
      imageLight: '',
    })) as any
  );
}

/** Return the frames of a panel as they are drawn. put gives texts their variables. */
export async function process(
  panel: Panel,
  frames: DataFrame[],
  put: (text: string) => string,
  range?: TimeRange
): Promise<DataFrame[]> {
  prepare();
  for (const { id } of panel.transformations ?? []) {
    if (!standardTransformersRegistry.getIfExists(id)) {
      throw new Error(`The panel uses the transformation ${id}, which there is not.`);
    }
  }
  const transformed = await firstValueFrom(
    transformDataFrame(panel.transformations ?? [], frames, { interpolate: put } as any)
  );
  const config = panel.fieldConfig ?? { defaults: {}, overrides: [] };
  const drawn = applyFieldOverrides({
    data: transformed,
    fieldConfig: { defaults: openThresholds(config.defaults), overrides: config.overrides.map(openOverride) } as any,
    fieldConfigRegistry: registryOf(panel),
    replaceVariables: (text: string, scoped?: ScopedVars) => put(putRow(text, range, scoped)),
    theme,
    timeZone: TIME_ZONE,
  });
  cacheFieldDisplayNames(drawn);
  return drawn;
}

/** Put the time and the values of a row into the address of a link. Ours: Grafana's own is part of its server. */
function putRow(text: string, range?: TimeRange, scoped?: ScopedVars): string {
  const row = scoped?.__dataContext?.value as { frame: DataFrame; rowIndex?: number } | undefined;
  const time = range ? `from=${range.from.valueOf()}&to=${range.to.valueOf()}` : '';
  return text
    .replace('${__url_time_range}', time)
    .replace('&${datasource:queryparam}', '')
    .replace(/\$\{__data\.fields\.([^}]+)\}/g, (whole, name) => {
      const field = row?.frame.fields.find((one) => getFieldDisplayName(one, row.frame) === name);
      return field && row?.rowIndex !== undefined ? encodeURIComponent(String(field.values[row.rowIndex])) : whole;
    });
}

function openOverride(override: any): any {
  const properties = override.properties.map((property: any) =>
    property.id === 'thresholds' ? { ...property, value: openThresholds({ thresholds: property.value }).thresholds } : property
  );
  return { ...override, properties };
}

/** The first step of thresholds begins nowhere, which JSON writes as null. */
function openThresholds(defaults: Record<string, any>): Record<string, any> {
  const steps = defaults.thresholds?.steps?.map((step: any) => ({ ...step, value: step.value ?? -Infinity }));
  return steps ? { ...defaults, thresholds: { ...defaults.thresholds, steps } } : defaults;
}

function registryOf(panel: Panel): FieldConfigOptionsRegistry {
  const custom = Object.keys(panel.fieldConfig?.defaults.custom ?? {}).map((name) => `custom.${name}`);
  const overridden = (panel.fieldConfig?.overrides ?? []).flatMap(({ properties }) => properties.map(({ id }) => id));
  const ids = new Set([...Object.keys(STANDARD), ...custom, ...overridden]);
  const registry = new FieldConfigOptionsRegistry();
  for (const id of ids) {
    const isCustom = id.startsWith('custom.');
    if (!isCustom && !STANDARD[id]) {
      throw new Error(`The panel sets ${id}, which the preview does not know.`);
    }
    registry.register({
      id,
      path: isCustom ? id.slice('custom.'.length) : id,
      name: id,
      isCustom,
      process: STANDARD[id] ?? identityOverrideProcessor,
      // The time axis must not be styled as a series.
      shouldApply: (field: any) => !isCustom || panel.type === 'table' || field.type === FieldType.number,
    } as any);
  }
  return registry;
}
