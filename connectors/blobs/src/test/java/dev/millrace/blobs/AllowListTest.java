package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowListTest {

  @Test
  void list_saysWhatItAdmits() {
    assertThat(AllowList.of(List.of()).isEmpty()).isTrue();
    AllowList list = AllowList.of(List.of("s3://images/cats", "HTTPS://a.example"));
    assertThat(list.isEmpty()).isFalse();
    assertThat(list).hasToString("s3://images/cats,HTTPS://a.example");
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example, https://a.example/x",
    "https://a.example, https://a.example",
    "https://a.example/, https://A.EXAMPLE:443/x/y?z",
    "https://a.example/x, https://a.example/x",
    "https://a.example/x, https://a.example/x/y",
    "https://a.example/x, https://a.example/x?y",
    "https://a.example/x/, https://a.example/x/y",
    "https://a.example/x y, https://a.example/x%20y/z",
    "https://a.example/%78, https://a.example/x/y",
    "'http://[::1]:9000/x', 'http://[0:0:0:0:0:0:0:1]:9000/x/y'",
    "'http://[::ffff:10.0.0.1]/x', http://10.0.0.1/x",
    "s3://bucket, s3://bucket/x",
    "s3://bucket/x, s3://bucket/x/y",
    "s3://bucket/x/, s3://bucket/x/y?versionId=7",
    "file:///data/x, file:///data/x/y",
    "file:/data/x/, file:///data/x/y",
  })
  void place_admitsWhatIsBelowIt(String place, String uri) {
    assertThat(AllowList.of(List.of(place.replace(" ", "%20"))).admits(DataRef.parse(uri)))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example, http://a.example/x",
    "https://a.example, https://a.example:444/x",
    "https://a.example, https://a.example.evil/x",
    "https://a.example, https://b.a.example/x",
    "https://a.example, https://example/x",
    "https://a.example/x, https://a.example/xy",
    "https://a.example/x, https://a.example/X",
    "https://a.example/x, https://a.example/",
    "https://a.example/x/y, https://a.example/x",
    "https://a.example/x, https://a.example/y?x",
    "https://a.example, s3://a.example/x",
    "http://10.0.0.1, http://10.0.0.2/x",
    "s3://bucket, s3://bucket-2/x",
    "s3://bucket/x, s3://bucket/x-2",
    "s3://bucket/x, s3://bucket/y",
    "s3://bucket/x, s3://bucket//x",
    "file:///data/x, file:///data/xy",
    "file:///data/x, file:///data/y",
  })
  void place_admitsNothingElse(String place, String uri) {
    assertThat(AllowList.of(List.of(place)).admits(DataRef.parse(uri))).isFalse();
  }

  @Test
  void emptyList_admitsNothing() {
    AllowList none = AllowList.of(List.of());
    assertThat(none.admits(DataRef.parse("https://a.example/x"))).isFalse();
    assertThat(none.admits(DataRef.parse("s3://bucket/x"))).isFalse();
    assertThat(none.admits(DataRef.parse("file:///x"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "file:///data/a/1.png, file:///data/a",
    "file:///data/a/b/1.png, file:///data/a/b/",
    "file:///data/c/1.png, file:///data",
    "https://A.EXAMPLE/cats/1.png?x=y, https://a.example/cats",
    "https://a.example/dogs/1.png, https://a.example/dogs",
    "https://a.example/birds/1.png, ",
    "https://a.example/cats/../dogs/1.png, ",
    "not a URI, ",
  })
  void placeOfAUri_isTheOneWithTheLongestPath(String uri, String place) {
    AllowList list =
        AllowList.of(
            List.of(
                "file:///data",
                "file:///data/a",
                "file:///data/a/b/",
                "https://a.example/cats",
                "https://a.example/dogs"));
    assertThat(list.placeOf(uri)).isEqualTo(Optional.ofNullable(place));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///",
        "https://a.example/x?y",
        "s3://bucket/x?versionId=1",
        "https://*.example/x",
        "https://a.example/../x",
        "a.example",
        "s3://*",
      })
  void place_thatIsNoPlace_isRefusedByName(String place) {
    assertThatThrownBy(() -> AllowList.of(List.of("https://a.example", place)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + place + "' is not a place to read from: ");
  }
}
