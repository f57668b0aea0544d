import { runsOn } from './runs-on.ts';
import { template } from '../templates.ts';
import type { Evidence, Files, Language, Service } from '../types.ts';

/** A language that is recognised and answered with lines to paste; nothing is written for it. */
interface Guide {
  readonly id: string;
  readonly title: string;
  readonly docs: string;
  /** Base names of its manifests in the service's folder. */
  readonly manifest: RegExp;
  /** Where the pasted lines go. */
  readonly into: string;
  readonly why: string;
}

const GUIDES: readonly Guide[] = [
  { id: 'java', title: 'Java', docs: 'https://opentelemetry.io/docs/zero-code/java/agent/', manifest: /^(?:pom\.xml|build\.gradle(?:\.kts)?|build\.sbt)$/, into: 'the Dockerfile, and the service in the compose file', why: 'the agent is a file in the image' },
  { id: 'go', title: 'Go', docs: 'https://opentelemetry.io/docs/languages/go/getting-started/', manifest: /^(?:go\.mod|main\.go)$/, into: 'main.go', why: 'tracing is compiled in' },
  { id: 'ruby', title: 'Ruby', docs: 'https://opentelemetry.io/docs/languages/ruby/getting-started/', manifest: /^(?:Gemfile|config\.ru)$/, into: 'Gemfile and config/initializers/opentelemetry.rb', why: 'tracing starts in an initializer' },
  { id: 'php', title: 'PHP', docs: 'https://opentelemetry.io/docs/zero-code/php/', manifest: /^(?:composer\.json|index\.php)$/, into: 'the Dockerfile, composer.json, and the service in the compose file', why: 'it needs an extension in the image' },
  { id: 'dotnet', title: '.NET', docs: 'https://opentelemetry.io/docs/languages/dotnet/getting-started/', manifest: /\.(?:csproj|fsproj|vbproj|sln)$/, into: 'a terminal in the project folder, and Program.cs', why: 'tracing starts in Program.cs' },
  { id: 'rust', title: 'Rust', docs: 'https://opentelemetry.io/docs/languages/rust/getting-started/', manifest: /^Cargo\.toml$/, into: 'Cargo.toml and main.rs', why: 'tracing is compiled in' },
  { id: 'elixir', title: 'Elixir', docs: 'https://opentelemetry.io/docs/languages/beam/getting-started/', manifest: /^mix\.exs$/, into: 'mix.exs and application.ex', why: 'tracing starts in the application' },
];

function language(guide: Guide): Language {
  return {
    id: guide.id,
    title: guide.title,
    docs: guide.docs,
    byHand: true,
    recognise(service: Service, files: Files) {
      const on = runsOn(service);
      if (on !== undefined && on.language !== guide.id) return undefined;
      const manifest = files.find(service.dir, guide.manifest, 2).at(0);
      const because: Evidence[] = [];
      if (manifest !== undefined) because.push({ where: { path: manifest }, says: manifest.slice(manifest.lastIndexOf('/') + 1) });
      if (on?.language === guide.id) because.push({ where: on.where, says: on.says });
      if (because.length === 0) return undefined;
      return { language: guide.id, libraries: {}, traits: {}, because, ...(on?.version === undefined ? {} : { runtime: on.version }) };
    },
    trace: () => ({
      stuck: `${guide.title} is not set up by otel-setup yet: ${guide.why}. Paste the lines, or see ${guide.docs}.`,
      paste: { into: guide.into, text: template(`${guide.id}/paste.txt`).trimEnd() },
    }),
  };
}

/** Java, Go, Ruby, PHP, .NET, Rust, Elixir: one Language each. */
export const recognised: readonly Language[] = GUIDES.map(language);
