/** What an image is built on: a plain base of its language holds nothing of OpenTelemetry, somebody's own may. */
import { imageParts } from '../../../languages/runs-on.ts';
import type { Service } from '../../../types.ts';

const PLAIN: Readonly<Record<string, RegExp>> = {
  python: /^(?:python|pypy|ubuntu|debian|alpine|uv|bookworm)$/,
  node: /^(?:node|ubuntu|debian|alpine|bun)$/,
  java: /^(?:openjdk|eclipse-temurin|amazoncorretto|maven|gradle|tomcat|jetty|ibmjava|liberica-openjdk\w*|zulu-openjdk\w*|ubuntu|debian|alpine)$/,
};

/** The base is a language's or a distribution's own image (of Docker Hub, or a mirror that keeps the name). */
export function isOfficial(service: Service, language: 'python' | 'node' | 'java'): boolean {
  const image = service.build?.stage?.base ?? (service.build === undefined ? service.image : undefined);
  return image !== undefined && PLAIN[language]?.test(imageParts(image).name) === true;
}
