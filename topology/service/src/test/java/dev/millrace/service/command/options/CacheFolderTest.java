package dev.millrace.service.command.options;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CacheFolderTest {

  private static final CacheFolder FOLDER = new CacheFolder(Path.of("/cache"));

  @Test
  void usualFolder_followsXdg() {
    Path home = Path.of("/home/me/.cache/millrace/models");
    assertThat(CacheFolder.usual(Map.of(), "/home/me")).isEqualTo(home);
    assertThat(CacheFolder.usual(Map.of("XDG_CACHE_HOME", ""), "/home/me")).isEqualTo(home);
    assertThat(CacheFolder.usual(Map.of("XDG_CACHE_HOME", "x"), "/home/me")).isEqualTo(home);
    assertThat(CacheFolder.usual(Map.of("XDG_CACHE_HOME", "/var/c"), "/home/me"))
        .isEqualTo(Path.of("/var/c/millrace/models"));
  }

  @Test
  void repository_hasAFolderOfItsOwn() {
    Path one = FOLDER.of("s3://models/a b/c", null);
    assertThat(one.getParent()).isEqualTo(Path.of("/cache"));
    assertThat(one.getFileName().toString()).matches("models-a-b-c-[0-9a-f]{12}");
    assertThat(FOLDER.of("s3://models/a b/c/", null)).isEqualTo(one);
    assertThat(FOLDER.of("s3://models/a-b-c", null)).isNotEqualTo(one);
    assertThat(FOLDER.of("s3://models/a b/c", URI.create("http://minio:9000"))).isNotEqualTo(one);
    assertThat(FOLDER.of("https://h/" + "x".repeat(300), null).getFileName().toString())
        .hasSize(73);
  }
}
