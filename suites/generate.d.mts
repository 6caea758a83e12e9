export declare function itemFile(id: string): string;
