// Units, colours, names and links: the field configuration of a panel, applied by Grafana's own code.

import {
  applyFieldOverrides,
  booleanOverrideProcessor,
  cacheFieldDisplayNames,
  type ConfigOverrideRule,
  type DataFrame,
  dataLinksOverrideProcessor,
  type FieldConfig,
  FieldConfigOptionsRegistry,
  type FieldConfigPropertyItem,
  type FieldConfigSource,
  FieldType,
  identityOverrideProcessor,
  type InterpolateFunction,
  numberOverrideProcessor,
  stringOverrideProcessor,
  type ThresholdsConfig,
  thresholdsOverrideProcessor,
  valueMappingsOverrideProcessor,
} from '@grafana/data';
import type { TimeZone } from '@grafana/schema';

import type { BoardPanel } from './board';
import { theme } from './theme';

const STANDARD = new Map<string, FieldConfigPropertyItem['process']>([
  ['unit', stringOverrideProcessor],
  ['displayName', stringOverrideProcessor],
  ['noValue', stringOverrideProcessor],
  ['decimals', numberOverrideProcessor],
  ['min', numberOverrideProcessor],
  ['max', numberOverrideProcessor],
  ['color', identityOverrideProcessor],
  ['links', dataLinksOverrideProcessor],
  ['mappings', valueMappingsOverrideProcessor],
  ['thresholds', thresholdsOverrideProcessor],
  ['filterable', booleanOverrideProcessor],
]);
const CUSTOM = 'custom.';

/** Return the frames with the field configuration of their panel. */
export function applyFieldConfig(
  panel: BoardPanel,
  frames: DataFrame[],
  replaceVariables: InterpolateFunction,
  timeZone: TimeZone,
): DataFrame[] {
  const { defaults, overrides } = panel.fieldConfig ?? { defaults: {}, overrides: [] };
  const configured = applyFieldOverrides({
    data: frames,
    fieldConfig: { defaults: openDefaults(defaults), overrides: overrides.map(openOverride) },
    fieldConfigRegistry: registryOf(panel.type, { defaults, overrides }),
    replaceVariables,
    theme,
    timeZone,
  });
  cacheFieldDisplayNames(configured);
  return configured;
}

function openDefaults(defaults: FieldConfig): FieldConfig {
  return { ...defaults, thresholds: defaults.thresholds && openThresholds(defaults.thresholds) };
}

function openOverride({ matcher, properties }: ConfigOverrideRule): ConfigOverrideRule {
  const opened = properties.map((property) =>
    property.id === 'thresholds'
      ? { ...property, value: openThresholds(property.value as ThresholdsConfig) }
      : property,
  );
  return { matcher, properties: opened };
}

/** The first step of thresholds begins at minus infinity, which JSON writes as null. */
function openThresholds({ mode, steps }: ThresholdsConfig): ThresholdsConfig {
  return { mode, steps: steps.map((step) => ({ ...step, value: (step.value as number | null) ?? -Infinity })) };
}

function registryOf(
  panelType: string,
  { defaults, overrides }: FieldConfigSource<Record<string, unknown>>,
): FieldConfigOptionsRegistry {
  const custom = Object.keys(defaults.custom ?? {}).map((name) => CUSTOM + name);
  const overridden = overrides.flatMap(({ properties }) => properties.map(({ id }) => id));
  const registry = new FieldConfigOptionsRegistry();
  for (const id of new Set([...STANDARD.keys(), ...custom, ...overridden])) {
    registry.register(propertyOf(id, panelType));
  }
  return registry;
}

function propertyOf(id: string, panelType: string): FieldConfigPropertyItem {
  const isCustom = id.startsWith(CUSTOM);
  const process = isCustom ? identityOverrideProcessor : STANDARD.get(id);
  if (!process) {
    throw new Error(`The panel sets ${id}, which the preview does not know.`);
  }
  return {
    id,
    path: isCustom ? id.slice(CUSTOM.length) : id,
    name: id,
    isCustom,
    process,
    // The time axis must not be styled as a series.
    shouldApply: (field) => !isCustom || panelType === 'table' || field.type === FieldType.number,
    editor: () => null,
    override: () => null,
  };
}
