import { Outlet, ScrollRestoration } from 'react-router';
import { LanguageProvider } from './i18n/language.tsx';
import { SchemeProvider } from './scheme.tsx';
import { StepUpProvider } from './session/step-up.tsx';

/** What every page stands in, the login too. */
export function Root() {
  return (
    <LanguageProvider>
      <SchemeProvider>
        <StepUpProvider>
          <Outlet />
          <ScrollRestoration />
        </StepUpProvider>
      </SchemeProvider>
    </LanguageProvider>
  );
}
