package dev.millrace.service.page;

import dev.millrace.control.Champion;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.promotion.ChampionTopic;
import dev.millrace.service.promotion.Promotion;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Promotes and rolls back, one order at a time, on a thread of its own. The page shows how an order
 * ends. Thread-safe.
 */
final class Promoter implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Promoter.class);

  /**
   * The content of the panel about the last order.
   *
   * @param state running, done or failed
   * @param text one line
   */
  record OrderStatus(String state, String text) {}

  private final Promotion promotion;
  private final ChampionTopic champions;
  private final Panels panels;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          0,
          1,
          1,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          task -> {
            Thread created = new Thread(task, "millrace-page-promotion");
            created.setDaemon(true);
            return created;
          });

  Promoter(Promotion promotion, ChampionTopic champions, Panels panels) {
    this.promotion = promotion;
    this.champions = champions;
    this.panels = panels;
  }

  /** Returns whether the repository offers a version of the model. */
  boolean offers(int version) {
    return promotion.repository().versions(promotion.model()).contains(version);
  }

  /**
   * Orders a promotion.
   *
   * @param version a version that the repository offers
   * @param who the user and the address that ask for it, for the log
   * @return false if another order is still running
   */
  boolean promote(int version, String who) {
    return order(
        "promote version " + version,
        who,
        () -> {
          ModelVersion chosen = promotion.repository().version(promotion.model(), version);
          promotion.trial().accept(chosen);
          return champions.change(
              promotion.model(), before -> promotion.promoted(chosen, before, false));
        });
  }

  /**
   * Orders a rollback.
   *
   * @param who the user and the address that ask for it, for the log
   * @return false if another order is still running
   */
  boolean rollBack(String who) {
    return order(
        "roll back", who, () -> champions.change(promotion.model(), promotion::rolledBack));
  }

  private boolean order(String what, String who, Change change) {
    try {
      thread.execute(() -> run(what, who, change));
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  private void run(String what, String who, Change change) {
    log.info("{}: {}, ordered on the page by {}", promotion.model(), what, who);
    panels.put("action", new OrderStatus("running", what + " …"));
    try {
      Champion champion = change.run();
      log.info(
          "{}: version {} is promoted, ordered on the page by {}",
          promotion.model(),
          champion.version(),
          who);
      panels.put(
          "action", new OrderStatus("done", "version " + champion.version() + " is promoted"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      log.warn(
          "{}: cannot {}, ordered on the page by {}: {}", promotion.model(), what, who, reason);
      panels.put("action", new OrderStatus("failed", "cannot " + what + ": " + reason));
    }
  }

  /** Changes the champion. */
  private interface Change {
    Champion run() throws InterruptedException;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
