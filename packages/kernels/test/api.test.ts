import { testApi } from '@noosphere/tool-examples';

testApi(import.meta.url);
