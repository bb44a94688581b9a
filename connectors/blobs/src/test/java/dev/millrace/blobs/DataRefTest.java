package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataRefTest {

  @ParameterizedTest
  @CsvSource({
    "https://a.example/x, https://a.example:443",
    "HTTPS://A.Example:443/x, https://a.example:443",
    "http://a.example, http://a.example:80",
    "http://a.example:/x, http://a.example:80",
    "http://a.example:8080/x, http://a.example:8080",
    "http://xn--bcher-kva.example/x, http://xn--bcher-kva.example:80",
    "http://10.0.0.1/x, http://10.0.0.1:80",
    "'http://[2001:DB8:0::1]/x', 'http://[2001:db8:0:0:0:0:0:1]:80'",
    "'http://[::ffff:10.0.0.1]/x', http://10.0.0.1:80",
    "'http://[::ffff:a00:1]/x', http://10.0.0.1:80",
    "s3://bucket/x, s3://bucket",
    "S3://bucket/x, s3://bucket",
    "file:///x, file:",
    "FILE:/x, file:",
  })
  void store_ofOneUri_isInOneForm(String uri, String store) {
    assertThat(DataRef.parse(uri).store()).isEqualTo(store);
  }

  @Test
  void path_isDecodedOnce() {
    assertThat(DataRef.parse("https://a.example/a%20b/%C3%BC/c%2Bd+e/").path())
        .containsExactly("a b", "ü", "c+d+e", "");
    assertThat(DataRef.parse("file:///data/100%25.png").path()).containsExactly("data", "100%.png");
  }

  @Test
  void query_isSentButIsNoPartOfThePath() {
    WebRef ref = (WebRef) DataRef.parse("https://a.example/x%20y?a=/../b&c");
    assertThat(ref.target()).isEqualTo("/x%20y?a=/../b&c");
    assertThat(ref.path()).containsExactly("x y");
  }

  @Test
  void object_mayNameAVersion() {
    ObjectRef ref = (ObjectRef) DataRef.parse("s3://bucket/a//b%3Fc?versionId=3.L4");
    assertThat(ref.key()).isEqualTo("a//b?c");
    assertThat(ref.versionId()).isEqualTo("3.L4");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Texts that are not absolute URIs of a known kind.
        "",
        " ",
        "x",
        "/x",
        "//a.example/x",
        "a.example/x",
        "mailto:x",
        "ftp://a.example/x",
        "jar:file:///x!/y",
        "data:image/png;base64,AA",
        "https:/x",
        "https:///x",
        "https://",
        "https://a.example/x#y",
        // URIs with a user name, also an encoded one.
        "https://user@a.example/x",
        "https://user:secret@a.example/x",
        "https://a.example@evil.example/x",
        "https://@a.example/x",
        "https://a.example%40evil.example/x",
        "s3://user@bucket/x",
        "file://user@/x",
        // URIs with an invalid or ambiguous host.
        "https://a.example./x",
        "https://bücher.example/x",
        "https://ａ.example/x",
        "https://a_b.example/x",
        "https://a..example/x",
        "https://-a.example/x",
        "https://a.example:0/x",
        "https://a.example:65536/x",
        "https://a.example:x/x",
        "https://a.example:80:80/x",
        "http://127.1/x",
        "http://2130706433/x",
        "http://0x7f000001/x",
        "http://0x7f.0.0.1/x",
        "http://0177.0.0.1/x",
        "http://127.0.0.256/x",
        "http://1.2.3.4.5/x",
        "http://[fe80::1%25eth0]/x",
        "http://[fe80::1%eth0]/x",
        "http://[::1/x",
        "http://[::g]/x",
        "http://%31%32%37.0.0.1/x",
        // URIs with an invalid or ambiguous path.
        "https://a.example/x/../y",
        "https://a.example/..",
        "https://a.example/./x",
        "https://a.example/%2e%2e/x",
        "https://a.example/%2E./x",
        "https://a.example/.%2e/x",
        "https://a.example/%252e%252e/x",
        "https://a.example/%25252e%25252e/x",
        "https://a.example/..;/x",
        "https://a.example/..;a=b/x",
        "https://a.example/%2e%2e%3b/x",
        "https://a.example/x%2fy",
        "https://a.example/x%2Fy",
        "https://a.example/x%252fy",
        "https://a.example/x%5cy",
        "https://a.example/x\\y",
        "https://a.example\\x",
        "https://a.example/x%00",
        "https://a.example/x%0d%0aHost:%20b",
        "https://a.example/x%ff",
        "https://a.example/x%c0%ae",
        "https://a.example/x%zz",
        "https://a.example/x y",
        "https://a.example/x\ty",
        "https://a.example/x\ny",
        "https://a.example/ü",
        "https://a.example//x",
        "https://a.example/x//y",
        // File URIs that do not name exactly one local file.
        "file://host/x",
        "file://localhost/x",
        "file:x",
        "file:///",
        "file:///x/",
        "file:///x//y",
        "file:///x/../y",
        "file:///x/%2e%2e/y",
        "file:///x?y",
        // S3 URIs that do not name exactly one object.
        "s3:///x",
        "s3://bucket",
        "s3://bucket/",
        "s3://Bucket/x",
        "s3://b/x",
        "s3://bucket:80/x",
        "s3://bu..cket/x",
        "s3://bucket/x/../y",
        "s3://bucket/%2e%2e/y",
        "s3://bucket/x?y",
        "s3://bucket/x?versionId=",
        "s3://bucket/x?versionId=1&partNumber=2",
      })
  void uri_thatMayBeReadInTwoWays_isRefused(String uri) {
    assertThatThrownBy(() -> DataRef.parse(uri)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void uri_thatIsVeryLong_isRefused() {
    assertThatThrownBy(() -> DataRef.parse("https://a.example/" + "x".repeat(9_000)))
        .hasMessageContaining("longer than 8192 characters");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://user:hush@a.example/x",
        "https://a.example/hush/..?hush",
        "https://hush.example./",
        "https://a.example/hush hush",
        "https://a.example:hush/",
      })
  void message_doesNotRepeatTheUri(String uri) {
    assertThatThrownBy(() -> DataRef.parse(uri))
        .satisfies(e -> assertThat(e.toString()).doesNotContain("hush"))
        .hasNoCause();
  }
}
