import { testExamples } from '@noosphere/tool-examples';

testExamples(import.meta.url);
