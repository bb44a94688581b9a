package dev.millrace.service.page;

import dev.millrace.core.files.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tokens that open the page. This class keeps only checksums of the tokens. Thread-safe.
 *
 * <p>The file has one line for each token: {@code TOKEN}, or {@code NAME TOKEN} with the name of
 * the person who uses it, for the log. Empty lines and lines that begin with {@code #} count as
 * comments.
 */
public final class PageTokens {

  /** Smallest number of characters of a token. */
  static final int SHORTEST = 16;

  private static final String NAMELESS = "the page's token";

  private record Token(String name, byte[] sha256) {}

  private final List<Token> tokens;

  private PageTokens(List<Token> tokens) {
    this.tokens = tokens;
  }

  /**
   * Reads tokens.
   *
   * @param file the file
   * @return the tokens, at least one
   * @throws IllegalArgumentException if the file cannot be read, has no token, or has a token that
   *     is too short; the message names the line, and never a token
   */
  public static PageTokens read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "page-token-file: " + file + " cannot be read: " + e.getMessage(), e);
    }
    List<Token> tokens = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        tokens.add(token(line.split("\\s+"), file + ", line " + (i + 1)));
      }
    }
    if (tokens.isEmpty()) {
      throw new IllegalArgumentException(
          "page-token-file: " + file + " has no token; create one with 'openssl rand -hex 32'");
    }
    return new PageTokens(List.copyOf(tokens));
  }

  private static Token token(String[] words, String place) {
    if (words.length > 2) {
      throw new IllegalArgumentException(
          "page-token-file: " + place + " has more than a name and a token");
    }
    String token = words[words.length - 1];
    if (token.length() < SHORTEST) {
      throw new IllegalArgumentException(
          "page-token-file: "
              + place
              + " has a token of less than "
              + SHORTEST
              + " characters; create one with 'openssl rand -hex 32'");
    }
    return new Token(words.length == 2 ? words[0] : NAMELESS, sha256(token));
  }

  /**
   * Finds the user of a token. Takes an equal time for each wrong token, because it compares the
   * checksum of the given token with the checksums of all tokens.
   *
   * @param token the text that a client sent
   * @return the name of the token's user; empty if there is no such token
   */
  Optional<String> user(String token) {
    byte[] given = sha256(token);
    String user = null;
    for (Token known : tokens) {
      if (MessageDigest.isEqual(known.sha256(), given)) {
        user = known.name();
      }
    }
    return Optional.ofNullable(user);
  }

  private static byte[] sha256(String text) {
    return Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8));
  }
}
