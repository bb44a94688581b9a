package dev.millrace.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageAccessTest {

  private static final String TOKEN = "0123456789abcdef-token";

  @TempDir Path folder;
  private long nanoTime;

  private PageAccess open() {
    return new PageAccess(null, Set.of("mill.example"), () -> nanoTime);
  }

  private PageAccess withToken() throws IOException {
    Path file = Files.writeString(folder.resolve("tokens"), "ann " + TOKEN + "\n");
    return new PageAccess(PageTokens.read(file), Set.of("mill.example"), () -> nanoTime);
  }

  private static PageRequest request(String peer, String local, String... headers) {
    Headers all = new Headers();
    all.set("Host", "localhost:8080");
    for (int i = 0; i < headers.length; i += 2) {
      all.set(headers[i], headers[i + 1]);
    }
    return new PageRequest(
        new InetSocketAddress(peer, 50_000), new InetSocketAddress(local, 8080), all);
  }

  private static PageRequest near(String... headers) {
    return request("127.0.0.1", "127.0.0.1", headers);
  }

  private static PageRequest order(String... headers) {
    PageRequest order =
        near(
            "Origin",
            "http://localhost:8080",
            "Content-Type",
            "application/json",
            "Authorization",
            "Bearer " + TOKEN);
    for (int i = 0; i < headers.length; i += 2) {
      if (headers[i + 1] == null) {
        order.headers().remove(headers[i]);
      } else {
        order.headers().set(headers[i], headers[i + 1]);
      }
    }
    return order;
  }

  private static int status(Optional<PageAccess.Refusal> refusal) {
    return refusal.map(PageAccess.Refusal::status).orElse(200);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1, 200",
    "::1, ::1, 200",
    "127.8.8.8, 127.0.0.1, 200",
    "192.0.2.7, 192.0.2.1, 403",
    "192.0.2.1, 192.0.2.1, 403",
    "127.0.0.1, 192.0.2.1, 403",
    "192.0.2.7, 127.0.0.1, 403",
  })
  void withoutTokens_bothEndsMustBeLoopback(String peer, String local, int status) {
    assertThat(status(open().files(request(peer, local)))).isEqualTo(status);
    assertThat(status(open().data(request(peer, local)))).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Forwarded", "X-Forwarded-For", "Via"})
  void withoutTokens_aProxyIsRefused(String header) {
    assertThat(status(open().data(near(header, "192.0.2.7")))).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, 200",
    "LOCALHOST:8080, 200",
    "127.0.0.1:8080, 200",
    "[::1]:8080, 200",
    "mill.example:8080, 200",
    "rebound.example:8080, 403",
    "localhost.rebound.example, 403",
    "127.0.0.1.rebound.example, 403",
    "'', 403",
  })
  void host_mustNameThisMachine(String host, int status) {
    assertThat(status(open().data(near("Host", host)))).isEqualTo(status);
  }

  @Test
  void twoHosts_areRefused() {
    PageRequest request = near();
    request.headers().add("Host", "rebound.example");

    assertThat(status(open().data(request))).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({"same-origin, 200", "none, 200", "same-site, 403", "cross-site, 403"})
  void data_isForTheOwnSite(String site, int status) {
    assertThat(status(open().data(near("Sec-Fetch-Site", site)))).isEqualTo(status);
    assertThat(status(open().files(near("Sec-Fetch-Site", site)))).isEqualTo(200);
  }

  @Test
  void withTokens_readingNeedsOneFromEverywhere() throws IOException {
    PageRequest far = request("192.0.2.7", "192.0.2.1");

    assertThat(status(withToken().files(far))).isEqualTo(200);
    assertThat(status(withToken().data(far))).isEqualTo(401);
    assertThat(status(withToken().data(near()))).isEqualTo(401);
    far.headers().set("Authorization", "bearer " + TOKEN);
    assertThat(status(withToken().data(far))).isEqualTo(200);
    far.headers().set("Authorization", TOKEN);
    assertThat(status(withToken().data(far))).isEqualTo(401);
  }

  @Test
  void cookies_openNothing() throws IOException {
    assertThat(status(withToken().data(near("Cookie", "token=" + TOKEN)))).isEqualTo(401);
  }

  @Test
  void wrongTokens_areLimitedForTheirSender() throws IOException {
    PageAccess access = withToken();
    for (int i = 0; i < 10; i++) {
      assertThat(status(access.data(near("Authorization", "Bearer wrong" + i)))).isEqualTo(401);
    }
    assertThat(status(access.data(near("Authorization", "Bearer wrong")))).isEqualTo(429);
    assertThat(status(access.data(near("Authorization", "Bearer " + TOKEN)))).isEqualTo(429);
    assertThat(status(access.data(request("::1", "::1", "Authorization", "Bearer " + TOKEN))))
        .isEqualTo(200);

    nanoTime += 7_000_000_000L;
    assertThat(status(access.data(near("Authorization", "Bearer " + TOKEN)))).isEqualTo(200);
  }

  @Test
  void action_isAllowedForThePageItself() throws IOException {
    assertThat(withToken().action(order())).isEmpty();
    assertThat(withToken().user(order())).contains("ann");
  }

  @ParameterizedTest
  @CsvSource({
    "Origin, http://127.0.0.1:9999, 403",
    "Origin, http://localhost:8081, 403",
    "Origin, null, 403",
    "Origin, , 403",
    "Origin, https://localhost:8080, 200",
    "Host, rebound.example:8080, 403",
    "Sec-Fetch-Site, cross-site, 403",
    "Content-Type, text/plain, 415",
    "Content-Type, , 415",
    "Authorization, , 401",
    "Authorization, Basic eDp5, 401",
    "Authorization, Bearer 0123456789abcdef-tokem, 401",
  })
  void action_needsEverything(String header, String value, int status) throws IOException {
    assertThat(status(withToken().action(order(header, value)))).isEqualTo(status);
  }

  @Test
  void withoutTokens_nobodyActs() {
    assertThat(status(open().action(order()))).isEqualTo(403);
  }
}
