package dev.tributary.model;

/** DynamoDB attribute types, by the names of its API. */
public enum AttributeType {
    S,
    N,
    B,
    BOOL,
    NULL,
    M,
    L,
    SS,
    NS,
    BS
}
