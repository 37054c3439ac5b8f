package dev.pointsman.eventstore;

/**
 * A batch on its way into the store. Nobody sees it before it is committed, and closing it without
 * that leaves nothing of it. Used by one thread after the other.
 */
interface PreparedBatch extends AutoCloseable {

  /**
   * Stores the batch, with the mark that its source is stored up to its last number.
   *
   * @throws IllegalStateException if one that comes before it is not committed
   * @throws EventRefusedException if one of the events contradicts itself; then none is stored
   * @throws StoreException if the engine refused; then the same batch must come again
   */
  void commit();

  @Override
  void close();
}
