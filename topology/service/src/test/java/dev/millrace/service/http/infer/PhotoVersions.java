package dev.millrace.service.http.infer;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelVersion;
import java.nio.file.Path;
import java.util.List;

/** Versions of a model of three classes, for images of one pixel. */
public final class PhotoVersions {

  private PhotoVersions() {}

  /** Returns a version that has no files. */
  public static ModelVersion version(int version) {
    return new ModelVersion(
        Path.of("nowhere"),
        new ModelManifest(
            "photos",
            version,
            "0".repeat(64),
            "2026-01-01T00:00:00Z",
            new ModelManifest.Source("import", null, null),
            null,
            new Preprocessing(1, 1, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
            List.of("cat", "dög", "a:b"),
            null,
            null));
  }
}
