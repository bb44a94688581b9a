package dev.millrace.service.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;

/**
 * Answers GET and HEAD requests, and refuses all others. Compresses large answers for clients that
 * accept gzip. Thread-safe.
 */
final class Requests implements HttpHandler {

  private static final int COMPRESSED_BYTES = 1_000;
  private static final String COMPRESSION = "gzip";

  private final Function<List<String>, Optional<HttpAnswer>> pages;

  /**
   * Creates the handler.
   *
   * @param pages returns the answer for a path, which is split into segments, or empty if there is
   *     no answer
   */
  Requests(Function<List<String>, Optional<HttpAnswer>> pages) {
    this.pages = pages;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      if (method.equals("GET") || method.equals("HEAD")) {
        send(exchange, answer(exchange.getRequestURI().getPath()));
      } else {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        send(exchange, HttpAnswer.error(405, "only GET and HEAD are answered"));
      }
    }
  }

  private HttpAnswer answer(String path) {
    return pages
        .apply(Arrays.stream(path.split("/")).skip(1).toList())
        .orElseGet(() -> HttpAnswer.error(404, "there is nothing here; try /metrics or /v2"));
  }

  /** Sends an answer. Compresses a large answer if the client accepts compression. */
  static void send(HttpExchange exchange, HttpAnswer answer) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    answer.headers().forEach(headers::set);
    headers.set("Content-Type", answer.type());
    byte[] body = answer.body();
    if (body.length >= COMPRESSED_BYTES) {
      headers.set("Vary", "Accept-Encoding");
      if (acceptsCompression(exchange.getRequestHeaders())) {
        headers.set("Content-Encoding", COMPRESSION);
        body = compressed(body);
      }
    }
    if (exchange.getRequestMethod().equals("HEAD")) {
      headers.set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(answer.status(), -1);
    } else {
      exchange.sendResponseHeaders(answer.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** RFC 9110, section 12.5.3: the weight 0 means that the client does not accept the encoding. */
  private static boolean acceptsCompression(Headers request) {
    return request.getOrDefault("Accept-Encoding", List.of()).stream()
        .flatMap(line -> Arrays.stream(line.split(",")))
        .map(encoding -> encoding.toLowerCase(Locale.ROOT).replace(" ", ""))
        .anyMatch(
            encoding ->
                encoding.equals(COMPRESSION)
                    || (encoding.startsWith(COMPRESSION + ";")
                        && !encoding.matches(".*;q=0(\\.0*)?")));
  }

  private static byte[] compressed(byte[] body) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return compressed.toByteArray();
  }
}
