import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(globalIgnores(['dist*']), js.configs.recommended, {
  files: ['**/*.ts', '**/*.tsx'],
  extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked, hooks.configs.flat.recommended],
  languageOptions: { parserOptions: { projectService: true } },
  rules: {
    // Grafana's libraries declare some enums twice.
    '@typescript-eslint/no-unsafe-enum-assignment': 'off',
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  },
});
